// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import SystemModel

/// Why a system cannot be laid out as described.
public enum SubsystemError: Error, Hashable {
  // Protection domains and regions.
  case invalidDomainName(String)
  case duplicateDomain(String)
  case duplicateRegion(String)
  case invalidRegionSize(region: String, size: ByteCount)
  case duplicateRecord(domain: String, section: String)
  case selfConnection(domain: String)
  case calleeNotMoreUrgent(callee: String, Priority, caller: String, Priority)
  /// A program of ours that would overflow the stack that its domain has.
  case stackTooSmall(domain: String, size: ByteCount, needed: ByteCount)

  // What runs out.
  case physicalMemoryExhausted(region: String, size: ByteCount)
  case addressSpaceExhausted(domain: String, region: String)
  case identifiersExhausted(domain: String)
  case tooManyClients(subsystem: String, limit: Int)

  // Devices.
  case noDriver(device: String, compatible: [String], role: DeviceRole)
  case deviceDisabled(String)
  case registersMissing(device: String, index: Int)
  case registersTooSmall(device: String, index: Int, size: ByteCount, needed: ByteCount)
  case interruptMissing(device: String, index: Int)
  case interruptTaken(IRQNumber, by: String, wantedBy: String)

  // Clients.
  case duplicateClient(subsystem: String, client: String)
  case noClients(subsystem: String)
  case bufferCount(client: String, count: Int)
  case tooManyTransmitBuffers(count: Int)
  case malformedMAC(client: String, text: String)
  case unusableMAC(client: String, text: String)
  case duplicateMAC(text: String, first: String, second: String)
  case unknownMACClient(String, clients: [String])
  case textTooLong(what: String, text: String, limit: Int)
  case textNotPlain(what: String, text: String)

  // Options.
  case missingOption(name: String, variable: String?, purpose: String)
  case invalidOption(name: String, value: String, expected: String)
  case unknownOption(name: String, known: [String])
}
