// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// Why a system cannot be laid out as described.
public enum SubsystemError: Error, Hashable {
  // Protection domains and regions.
  /// The name is empty, longer than 63 bytes, or has other characters than letters, digits, '_' and
  /// '-'.
  case invalidDomainName(String)
  /// Two domains of one name.
  case duplicateDomain(String)
  /// Two regions of one name.
  case duplicateRegion(String)
  /// The size is 0, or cannot be rounded up to pages.
  case invalidRegionSize(region: String, size: ByteCount)
  /// Two records for one ELF section of a domain.
  case duplicateRecord(domain: String, section: String)
  /// A record that cannot be written.
  case recordRefused(domain: String, ProgramRecords.WriteError)
  /// A channel from a domain to itself.
  case selfConnection(domain: String)
  /// Protected calls to a domain that is as urgent as its caller or less.
  case calleeNotMoreUrgent(callee: String, Priority, caller: String, Priority)
  /// A program of ours that would overflow the stack that its domain has.
  case stackTooSmall(domain: String, size: ByteCount, needed: ByteCount)

  // What runs out.
  /// No room in the board's `dmaMemory`.
  case physicalMemoryExhausted(region: String, size: ByteCount)
  /// No room in the domain's 1 TiB.
  case addressSpaceExhausted(domain: String, region: String)
  /// The domain has used all of 0 to 61.
  case identifiersExhausted(domain: String)
  /// A subsystem's records have room for `limit` clients.
  case tooManyClients(subsystem: String, limit: Int)

  // Devices.
  /// Entry `index` of `reg` is smaller than the driver needs.
  case registersTooSmall(
    file: String, device: String, index: Int, size: ByteCount, needed: ByteCount)
  /// Two domains for one interrupt.
  case interruptTaken(IRQNumber, by: String, wantedBy: String)

  // Clients.
  /// A domain was added to a subsystem twice.
  case duplicateClient(subsystem: String, client: String)
  /// The subsystem has no client.
  case noClients(subsystem: String)
  /// Not a power of two up to 32768.
  case bufferCount(client: String, count: Int)
  /// All clients' transmit buffers together exceed 32768.
  case tooManyTransmitBuffers(count: Int)
  /// Not six hexadecimal octets.
  case malformedMAC(client: String, text: String)
  /// A multicast address, or zero.
  case unusableMAC(client: String, text: String)
  /// Two clients with one address.
  case duplicateMAC(text: String, first: String, second: String)
  /// An address for a client that the system does not have.
  case unknownMACClient(String, clients: [String])
  /// The text exceeds `limit` bytes.
  case textTooLong(what: String, text: String, limit: Int)
  /// The text contains a control character.
  case textNotPlain(what: String, text: String)

  /// The value of an option for a client's address.
  case invalidAddress(option: String, AddressMistake)
  /// A fixed address that the client cannot have.
  case unusableAddress(client: String, AddressMistake)
  /// Two clients with one fixed address.
  case duplicateAddress(String, first: String, second: String)
  /// A client with a fixed address needs a router or a DNS server to reach a server.
  case unreachable(option: String, server: String, needed: FixedAddress.Part)

  // Options.
  /// The user must choose, and has not.
  case missingOption(name: String, variable: String?, purpose: String)
  /// The value is not what the option expects.
  case invalidOption(name: String, value: String, expected: String)
  /// The system has no option of that name.
  case unknownOption(name: String, known: [String])
}
