// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// An address that a network client has without asking a DHCP server.
public struct FixedAddress: Hashable, Sendable {
  /// The client's own.
  public var address: IPv4Address
  /// Length of its network's prefix, 1 to 32 bits.
  public var prefixLength: UInt8
  /// Leads to all other networks; nil if there is none.
  public var router: IPv4Address?
  /// DNS server; nil if the client looks up no names.
  public var nameServer: IPv4Address?

  /// Creates an address; `IPSettings.addRecord` checks it.
  public init(
    _ address: IPv4Address, prefixLength: UInt8, router: IPv4Address? = nil,
    nameServer: IPv4Address? = nil
  ) {
    self.address = address
    self.prefixLength = prefixLength
    self.router = router
    self.nameServer = nameServer
  }

  /// Parses and checks `10.0.0.2/24`, which `,router=10.0.0.1` and `,dns=10.0.0.1` may follow.
  public init(_ text: String) throws(AddressMistake) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let own = (parts.first ?? "").split(
      separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPv4Address(own.first ?? "") else { throw .notAnAddress("\(parts[0])") }
    guard own.count == 2 else { throw .noPrefix("\(address)") }
    guard let prefixLength = UInt8(own[1]), "\(prefixLength)" == own[1] else {
      throw .prefixLength("\(own[1])")
    }
    self.init(address, prefixLength: prefixLength)
    for part in parts.dropFirst() { try set(part) }
    try check()
  }

  /// Sets what one `name=value` gives.
  private mutating func set(_ part: Substring) throws(AddressMistake) {
    let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard pair.count == 2, let name = Part(rawValue: String(pair[0])) else {
      throw .unknownPart("\(part)")
    }
    guard let address = IPv4Address(pair[1]) else { throw .notAPart(name, "\(pair[1])") }
    switch name {
    case .router:
      if router != nil { throw .givenTwice(name) }
      router = address
    case .nameServer:
      if nameServer != nil { throw .givenTwice(name) }
      nameServer = address
    }
  }

  /// What may follow the address, by its name.
  public enum Part: String, Hashable, Sendable {
    /// Default router.
    case router
    /// DNS server.
    case nameServer = "dns"
  }

  /// Finds addresses that no host can have, and routers that cannot be reached.
  public func check() throws(AddressMistake) {
    guard (1...32).contains(prefixLength),
      let network = IPv4Network(address: address, prefixLength: prefixLength)
    else { throw .prefixLength("\(prefixLength)") }
    guard address.isHost else { throw .notAHost("\(address)") }
    if network.isItself(address) { throw .networkItself(written(address)) }
    if network.broadcast == address { throw .broadcast(written(address)) }
    if let router {
      guard network.contains(router) else {
        throw .routerOutside("\(router)", network: written(network.first))
      }
      if router == address { throw .ownRouter("\(router)") }
      if !router.isHost || network.isItself(router) || network.broadcast == router {
        throw .notAPart(.router, "\(router)")
      }
    }
    if let nameServer, !nameServer.isHost { throw .notAPart(.nameServer, "\(nameServer)") }
  }

  /// Whether packets to a host have a way: it is in the network, or there is a router.
  public func reaches(_ host: IPv4Address) -> Bool {
    router != nil
      || IPv4Network(address: address, prefixLength: prefixLength)?.contains(host) == true
  }

  private func written(_ address: IPv4Address) -> String { "\(address)/\(prefixLength)" }
}

extension IPv4Network {
  /// The lowest address of the network.
  fileprivate var first: IPv4Address {
    IPv4Address(address.value & (prefixLength == 0 ? 0 : .max << (32 - UInt32(prefixLength))))
  }

  /// Whether an address stands for the network, which those of one or two hosts do not have
  /// (RFC 3021).
  fileprivate func isItself(_ address: IPv4Address) -> Bool {
    prefixLength < 31 && address == first
  }
}

/// Why a client cannot have a fixed address.
public enum AddressMistake: Error, Hashable, Sendable {
  /// Not four numbers with dots.
  case notAnAddress(String)
  /// The length of the network's prefix is missing.
  case noPrefix(String)
  /// Not 1 to 32.
  case prefixLength(String)
  /// In 0.0.0.0/8, 127.0.0.0/8, or 224.0.0.0 and above.
  case notAHost(String)
  /// All bits after the prefix are 0.
  case networkItself(String)
  /// All bits after the prefix are 1.
  case broadcast(String)
  /// Not `router=` or `dns=`.
  case unknownPart(String)
  /// `router=` or `dns=` twice.
  case givenTwice(FixedAddress.Part)
  /// The value of `router=` or `dns=` is not the address of a host.
  case notAPart(FixedAddress.Part, String)
  /// The router is in another network.
  case routerOutside(String, network: String)
  /// The router is the client.
  case ownRouter(String)

  /// What is wrong, for a `Finding`.
  var message: String {
    switch self {
    case .notAnAddress(let text): "'\(text)' is not an IPv4 address"
    case .noPrefix(let text): "'\(text)' does not say how long its network's prefix is"
    case .prefixLength(let text): "'\(text)' is not a prefix length of 1 to 32"
    case .notAHost(let text): "\(text) is not the address of a host"
    case .networkItself(let text): "\(text) is a network and not a host in it"
    case .broadcast(let text): "\(text) is the broadcast address of its network"
    case .unknownPart(let text): "'\(text)' is neither router=ADDRESS nor dns=ADDRESS"
    case .givenTwice(let part): "\(part.rawValue)= is given twice"
    case .notAPart(let part, let text): "\(part.rawValue)=\(text) is not the address of a host"
    case .routerOutside(let text, let network): "the router \(text) is outside of \(network)"
    case .ownRouter(let text): "the router \(text) is the client itself"
    }
  }

  /// How to correct it.
  var fix: String {
    switch self {
    case .notAnAddress: "write it as 10.0.0.2/24, or dhcp to ask a DHCP server"
    case .noPrefix(let text): "write \(text)/24 for a netmask of 255.255.255.0"
    case .prefixLength: "write 24 for a netmask of 255.255.255.0"
    case .notAHost, .networkItself, .broadcast: "choose another address of the network"
    case .unknownPart: "write it as 10.0.0.2/24,router=10.0.0.1,dns=10.0.0.1"
    case .givenTwice: "give it once"
    case .notAPart(let part, _): "give the \(part == .router ? "router's" : "DNS server's") address"
    case .routerOutside: "choose a router that the client reaches directly, or a shorter prefix"
    case .ownRouter: "give the router's address, or leave it out"
    }
  }
}
