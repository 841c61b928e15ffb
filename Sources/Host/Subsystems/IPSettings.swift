// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Records
import SystemModel

/// How a network client gets its IP address.
public enum IPSettings: Hashable, Sendable {
  /// From a DHCP server (RFC 2131), which is told `hostName` and asked for `requestedAddress` if
  /// there is one.
  case dhcp(hostName: String, requestedAddress: IPv4Address? = nil)
  /// The client has this one.
  case fixed(FixedAddress)

  /// The user's choice for one client: a fixed address, or DHCP.
  ///
  /// - Parameters:
  ///   - option: name of an option that `SystemOption.address` has made.
  ///   - hostName: for DHCP.
  ///   - requestedAddress: for DHCP; nil asks for none.
  /// - Throws: `invalidAddress`.
  public init(
    _ choices: SystemChoices, option: String = "address", hostName: String,
    requestedAddress: IPv4Address? = nil
  ) throws(SubsystemError) {
    let text = try choices.value(option)
    if text == "dhcp" {
      self = .dhcp(hostName: hostName, requestedAddress: requestedAddress)
      return
    }
    do throws(AddressMistake) {
      self = .fixed(try FixedAddress(text))
    } catch {
      throw .invalidAddress(option: option, error)
    }
  }

  /// Makes sure that a client with a fixed address can send to a server that the user has chosen.
  ///
  /// - Parameters:
  ///   - host: its address or name.
  ///   - role: what it is, for the error: "the NFS server".
  ///   - option: the option for the client's address.
  /// - Throws: `unreachable` if it is in another network and there is no router, or if it has a name
  ///   and there is no DNS server.
  public func checkReach(
    of host: String, serving role: String, option: String = "address"
  ) throws(SubsystemError) {
    guard case .fixed(let fixed) = self else { return }
    guard let address = IPv4Address(host) else {
      if fixed.nameServer != nil { return }
      throw .unreachable(option: option, server: "\(role) '\(host)'", needed: .nameServer)
    }
    if !fixed.reaches(address) {
      throw .unreachable(option: option, server: "\(role) \(host)", needed: .router)
    }
  }

  /// Adds the record for a network client.
  ///
  /// - Throws: `unusableAddress`, `duplicateAddress` if another client has it, `textTooLong` or
  ///   `textNotPlain` for the host name.
  public func addRecord(
    to client: SystemBuilder.PD, in system: inout SystemBuilder
  ) throws(SubsystemError) {
    typealias Config = IPClientConfig
    var record = RecordBytes<Config>()
    record[Config.size] = UInt32(Config.byteCount)
    switch self {
    case .dhcp(let hostName, let requestedAddress):
      record[Config.address] = requestedAddress?.value ?? 0
      try record.set(Config.hostName, to: hostName, what: "host name")
    case .fixed(let fixed):
      do throws(AddressMistake) { try fixed.check() } catch {
        throw .unusableAddress(client: client.name, error)
      }
      try system.claim(fixed.address, for: client)
      record[Config.addressing] = 1
      record[Config.prefixLength] = fixed.prefixLength
      record[Config.address] = fixed.address.value
      record[Config.gateway] = fixed.router?.value ?? 0
      record[Config.nameServer] = fixed.nameServer?.value ?? 0
    }
    try system.addRecord(record, fileName: "ip_client_\(client.name)", to: client)
  }
}

extension SystemOption {
  /// The option for a network client's address, which `IPSettings` reads: by default DHCP.
  ///
  /// - Parameter client: the client's name, for the help text.
  public static func address(
    _ name: String = "address", variable: String? = nil, of client: String
  ) -> SystemOption {
    SystemOption(
      name, variable: variable,
      purpose: "IP address of \(client): 10.0.0.2/24,router=10.0.0.1,dns=10.0.0.1 or dhcp",
      default: "dhcp")
  }
}
