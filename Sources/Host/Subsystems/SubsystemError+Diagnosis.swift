// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension SubsystemError: DiagnosableError {
  /// One finding.
  public var findings: [Finding] {
    [Finding(rule: rule, at: place, message, fix: fix)]
  }

  private var rule: String {
    switch self {
    case .invalidDomainName, .duplicateDomain, .selfConnection: "protection-domain"
    case .duplicateRegion, .invalidRegionSize: "memory-region"
    case .duplicateRecord, .recordRefused: "record"
    case .calleeNotMoreUrgent: "priority"
    case .stackTooSmall: "stack"
    case .physicalMemoryExhausted, .addressSpaceExhausted, .identifiersExhausted, .tooManyClients:
      "limit"
    case .registersTooSmall, .interruptTaken: "device"
    case .duplicateClient, .noClients, .bufferCount, .tooManyTransmitBuffers: "client"
    case .malformedMAC, .unusableMAC, .duplicateMAC, .unknownMACClient: "mac-address"
    case .invalidAddress, .unusableAddress, .duplicateAddress, .unreachable: "address"
    case .textTooLong, .textNotPlain, .missingOption, .invalidOption, .unknownOption: "option"
    }
  }

  private var place: Place? {
    switch self {
    case .duplicateRecord(let domain, _), .recordRefused(let domain, _),
      .selfConnection(let domain),
      .addressSpaceExhausted(let domain, _), .identifiersExhausted(let domain),
      .stackTooSmall(let domain, _, _):
      .entity("protection domain '\(domain)'")
    case .invalidRegionSize(let region, _), .physicalMemoryExhausted(let region, _):
      .entity("memory region '\(region)'")
    case .registersTooSmall(let file, let device, _, _, _):
      .file(file, detail: device)
    case .bufferCount(let client, _), .malformedMAC(let client, _), .unusableMAC(let client, _):
      .entity("client '\(client)'")
    case .unusableAddress(let client, _): .entity("client '\(client)'")
    case .missingOption(let name, _, _), .invalidOption(let name, _, _),
      .invalidAddress(let name, _), .unreachable(let name, _, _):
      .option("--set \(name)")
    default: nil
    }
  }

  private var message: String {
    switch self {
    case .invalidDomainName(let name):
      "'\(name)' cannot name a protection domain"
    case .duplicateDomain(let name):
      "there are two protection domains named '\(name)'"
    case .duplicateRegion(let name):
      "there are two memory regions named '\(name)'"
    case .invalidRegionSize(_, let size):
      "a region cannot have a size of \(size) bytes"
    case .duplicateRecord(_, let section):
      "it has two records for section \(section)"
    case .recordRefused(_, let error):
      error.message
    case .selfConnection:
      "it cannot be its own client"
    case .stackTooSmall(_, let size, let needed):
      "its stack has \(size) bytes, and its program needs \(needed)"
    case .calleeNotMoreUrgent(let callee, let calleePriority, let caller, let callerPriority):
      "'\(caller)' (priority \(callerPriority)) makes protected calls to '\(callee)' (priority \(calleePriority)), which must be more urgent"
    case .physicalMemoryExhausted(_, let size):
      "the board's memory for DMA has no room left for \(size) bytes"
    case .addressSpaceExhausted(_, let region):
      "no address is left for region '\(region)'"
    case .identifiersExhausted:
      "all 62 channel and interrupt identifiers are in use"
    case .tooManyClients(let subsystem, let limit):
      "the \(subsystem) subsystem has more than \(limit) clients"
    case .registersTooSmall(_, _, let index, let size, let needed):
      "entry \(index) of its reg property has \(size) bytes, but its driver needs \(needed)"
    case .interruptTaken(let number, let owner, let wanting):
      "interrupt \(number) belongs to '\(owner)' and cannot go to '\(wanting)' as well"
    case .duplicateClient(let subsystem, let client):
      "'\(client)' is already a client of the \(subsystem) subsystem"
    case .noClients(let subsystem):
      "the \(subsystem) subsystem has no clients"
    case .bufferCount(_, let count):
      "\(count) buffers: a queue's capacity must be a power of two from 1 to 32768"
    case .tooManyTransmitBuffers(let count):
      "the clients' transmit buffers add up to \(count), but the driver's queue holds at most 32768"
    case .malformedMAC(_, let text):
      "'\(text)' is not a MAC address"
    case .unusableMAC(_, let text):
      "\(text) is not the address of one station (multicast, broadcast or all zero)"
    case .duplicateMAC(let text, let first, let second):
      "'\(first)' and '\(second)' have the same MAC address \(text)"
    case .unknownMACClient(let name, _):
      "no network client is named '\(name)'"
    case .invalidAddress(_, let mistake), .unusableAddress(_, let mistake):
      mistake.message
    case .duplicateAddress(let text, let first, let second):
      "'\(first)' and '\(second)' have the same IP address \(text)"
    case .unreachable(_, let server, .router):
      "\(server) is in another network, and there is no router"
    case .unreachable(_, let server, .nameServer):
      "\(server) has to be looked up, and there is no DNS server"
    case .textTooLong(let what, let text, let limit):
      "the \(what) is \(text.utf8.count) bytes long, but its record holds \(limit)"
    case .textNotPlain(let what, _):
      "the \(what) contains a control character"
    case .missingOption(_, _, let purpose):
      "not given: \(purpose)"
    case .invalidOption(_, let value, let expected):
      "'\(value)' is not \(expected)"
    case .unknownOption(let name, _):
      "this system has no option '\(name)'"
    }
  }

  private var fix: String? {
    switch self {
    case .invalidDomainName:
      "use 1 to 63 letters, digits, '_' or '-'"
    case .duplicateDomain, .duplicateRegion:
      "give one of them another name"
    case .recordRefused(_, let error):
      error.fix
    case .calleeNotMoreUrgent(let callee, _, _, let callerPriority):
      callerPriority.rawValue < Priority.maximum
        ? "give '\(callee)' a priority of at least \(callerPriority.rawValue + 1)"
        : "lower the caller's priority"
    case .stackTooSmall(_, _, let needed):
      "add it with stackSize: \(needed), or use addNetwork()"
    case .physicalMemoryExhausted:
      "use fewer or smaller buffers, or correct the memory nodes of the device tree"
    case .identifiersExhausted, .tooManyClients:
      "split the system, or put a multiplexing domain in between"
    case .registersTooSmall:
      "correct its reg property, or give another device tree with --dtb"
    case .noClients:
      "add a client, or leave the subsystem out"
    case .malformedMAC:
      "write six octets in hexadecimal, such as 52:54:01:00:00:10"
    case .unusableMAC:
      "clear the lowest bit of the first octet"
    case .invalidAddress(_, let mistake), .unusableAddress(_, let mistake):
      mistake.fix
    case .unreachable(_, _, .router):
      "add router=ADDRESS, or choose an address in the server's network"
    case .unreachable(_, _, .nameServer):
      "add dns=ADDRESS, or give the server's IPv4 address"
    case .duplicateMAC, .duplicateAddress:
      "give each client its own"
    case .unknownMACClient(let name, let clients):
      nearestName(to: name, in: clients).map { "did you mean '\($0)'?" }
        ?? "the clients are \(clients.joined(separator: ", "))"
    case .missingOption(let name, let variable?, _):
      "pass --set \(name)=VALUE, or set \(variable) in the environment"
    case .missingOption(let name, nil, _):
      "pass --set \(name)=VALUE"
    case .unknownOption(let name, let known):
      nearestName(to: name, in: known).map { "did you mean '\($0)'?" }
        ?? (known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))")
    default: nil
    }
  }
}
