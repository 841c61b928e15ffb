// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// A DHCP message (RFC 2131, 2; options RFC 2132) with the options that a client needs.
public struct DHCPMessage: Equatable, BitwiseCopyable, Sendable {
  /// The clients' UDP port.
  public static var clientPort: UInt16 { 68 }
  /// The servers' UDP port.
  public static var serverPort: UInt16 { 67 }
  /// Bytes of the fixed fields and the cookie: the shortest message.
  public static var fixedByteCount: Int { 240 }
  /// Bytes of every message written: the least 300 that BOOTP relays expect (RFC 1542, 2.1), with
  /// room for the longest host name.
  public static var byteCount: Int { 364 }

  /// The message type (option 53); `refuse` is DHCPNAK.
  public enum Kind: UInt8, BitwiseCopyable, Sendable {
    /// Any server is asked for an offer.
    case discover = 1
    /// The remaining types, numbered as in option 53.
    case offer, request, decline, acknowledge, refuse, release, inform
  }

  /// The message type.
  public var kind: Kind
  /// `xid`: matches answers to requests.
  public var transaction: UInt32
  /// `secs`: seconds since the client began.
  public var seconds: UInt16 = 0
  /// The broadcast flag, for a client that cannot receive unicast yet.
  public var wantsBroadcast = false
  /// `ciaddr`: the client's current address.
  public var client = IPv4Address.unspecified
  /// `yiaddr`: the address that the client is given.
  public var your = IPv4Address.unspecified
  /// `chaddr`: the client's MAC address.
  public var hardware: MACAddress

  /// Option 50: the requested address.
  public var requested: IPv4Address?
  /// Option 54: the server's identifier.
  public var server: IPv4Address?
  /// Option 1: the network's mask.
  public var mask: IPv4Address?
  /// The first router of option 3.
  public var router: IPv4Address?
  /// The second router of option 3.
  public var secondRouter: IPv4Address?
  /// Option 121, or 249 of Microsoft's servers; if present, option 3 must be ignored (RFC 3442).
  public var classlessRoutes: IPv4Routes?
  /// The first name server of option 6.
  public var resolver: IPv4Address?
  /// The second name server of option 6.
  public var secondResolver: IPv4Address?
  /// Option 26: the MTU in bytes.
  public var mtu: UInt16?
  /// Option 51: the lease in seconds; 0xffffffff is forever, also in the next two.
  public var leaseTime: UInt32?
  /// Option 58: T1 in seconds.
  public var renewalTime: UInt32?
  /// Option 59: T2 in seconds.
  public var rebindingTime: UInt32?
  /// Option 12: the client's host name.
  public var hostName = HostName()
  /// Malformed options, which are treated as absent.
  public private(set) var malformedOptions = 0

  /// A message to write, without options.
  public init(_ kind: Kind, transaction: UInt32, hardware: MACAddress) {
    self.kind = kind
    self.transaction = transaction
    self.hardware = hardware
  }

  /// Whether servers send messages of this type.
  public var isFromServer: Bool { kind == .offer || kind == .acknowledge || kind == .refuse }

  /// Nil for a message that is not DHCP for Ethernet, lacks a type, or has one of the wrong
  /// direction. Split options are joined (RFC 3396). A malformed option invalidates only itself.
  public init?(parsing message: borrowing RawSpan) {
    guard message.byteCount >= DHCPMessage.fixedByteCount,
      message.number16(at: 1) == 0x0106, message.number32(at: 236) == 0x6382_5363
    else { return nil }
    var options = DHCPOptions(parsing: message)
    guard let number = options.number(53, 1, 1...8), let kind = Kind(rawValue: UInt8(number)) else {
      return nil
    }
    self.init(kind, transaction: message.number32(at: 4), hardware: message.macAddress(at: 28))
    guard message.byte(at: 0) == (isFromServer ? 2 : 1) else { return nil }
    seconds = message.number16(at: 8)
    wantsBroadcast = message.byte(at: 10) & 0x80 != 0
    client = IPv4Address(message.number32(at: 12))
    your = IPv4Address(message.number32(at: 16))
    readOptions(&options)
  }

  private mutating func readOptions(_ options: inout DHCPOptions) {
    mask = options.mask()
    (router, secondRouter) = options.hosts(3)
    (resolver, secondResolver) = options.hosts(6)
    classlessRoutes = options.classlessRoutes()
    hostName = options.name()
    // The least MTU is 68 (RFC 2132, 5.1).
    mtu = options.number(26, 2, 68...65535).map { UInt16(truncatingIfNeeded: $0) }
    requested = options.number32(50).map { IPv4Address($0) }
    leaseTime = options.number32(51)
    server = options.host(54)
    renewalTime = options.number32(58)
    rebindingTime = options.number32(59)
    malformedOptions = options.malformed
  }

  /// Writes `byteCount` bytes from `offset`. A client's message includes its identifier (option 61)
  /// and, if it asks for an address, the parameter request list (option 55).
  public func write(to frame: inout MutableRawSpan, at offset: Int) {
    frame.clear(DHCPMessage.byteCount, at: offset)
    frame.put(UInt8(isFromServer ? 2 : 1), at: offset)
    frame.put(UInt16(0x0106), at: offset &+ 1)
    frame.put(transaction, at: offset &+ 4)
    frame.put(seconds, at: offset &+ 8)
    frame.put(UInt8(wantsBroadcast ? 0x80 : 0), at: offset &+ 10)
    frame.put(client.value, at: offset &+ 12)
    frame.put(your.value, at: offset &+ 16)
    frame.put(hardware, at: offset &+ 28)
    frame.put(UInt32(0x6382_5363), at: offset &+ 236)
    var at = offset &+ DHCPMessage.fixedByteCount
    frame.put(UInt16(53 << 8 | 1), at: at)
    frame.put(kind.rawValue, at: at &+ 2)
    at &+= 3
    frame.putOption(50, requested?.value, &at)
    frame.putOption(51, leaseTime, &at)
    frame.putOption(54, server?.value, &at)
    if isFromServer {
      frame.putOption(1, mask?.value, &at)
      frame.putOption(3, router?.value, &at)
      frame.putOption(6, resolver?.value, &at)
      frame.putOption(58, renewalTime, &at)
      frame.putOption(59, rebindingTime, &at)
      if let mtu {
        frame.put(UInt16(26 << 8 | 2), at: at)
        frame.put(mtu, at: at &+ 2)
        at &+= 4
      }
    } else {
      frame.put(UInt16(61 << 8 | 7), at: at)
      frame.put(UInt8(1), at: at &+ 2)
      frame.put(hardware, at: at &+ 3)
      at &+= 9
      if kind == .discover || kind == .request || kind == .inform {
        // Mask, routes (before the router, RFC 3442), router, name servers; MTU, lease, renewal and
        // rebinding times; Microsoft's routes.
        frame.put(UInt16(55 << 8 | 9), at: at)
        frame.put(UInt32(0x0179_0306), at: at &+ 2)
        frame.put(UInt32(0x1a33_3a3b), at: at &+ 6)
        frame.put(UInt8(249), at: at &+ 10)
        // The longest message accepted: more than the least legal MTU carries.
        frame.put(UInt16(57 << 8 | 2), at: at &+ 11)
        frame.put(UInt16(1472), at: at &+ 13)
        at &+= 15
        if hostName.byteCount > 0 {
          frame.put(UInt16(12 << 8) | UInt16(truncatingIfNeeded: hostName.byteCount), at: at)
          at &+= 2
          for index in 0..<hostName.byteCount {
            frame.put(hostName.byte(at: index), at: at &+ index)
          }
          at &+= hostName.byteCount
        }
      }
    }
    frame.put(UInt8(255), at: at)
  }
}

extension MutableRawSpan {
  fileprivate mutating func putOption(_ code: UInt8, _ value: UInt32?, _ at: inout Int) {
    guard let value else { return }
    put(UInt16(code) << 8 | 4, at: at)
    put(value, at: at &+ 2)
    at &+= 6
  }
}
