// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// A DHCP message (RFC 2131, 2; options RFC 2132), with the options that a client needs.
public struct DHCPMessage: Equatable, BitwiseCopyable, Sendable {
  public static var clientPort: UInt16 { 68 }
  public static var serverPort: UInt16 { 67 }
  /// The fixed fields and the cookie: the shortest message there is.
  public static var fixedByteCount: Int { 240 }
  /// Bytes of every message written: the 300 that BOOTP relays expect at least (RFC 1542, 2.1), and room for the
  /// longest host name.
  public static var byteCount: Int { 364 }

  public enum Kind: UInt8, BitwiseCopyable, Sendable {
    case discover = 1
    case offer, request, decline, acknowledge, refuse, release, inform
  }

  public var kind: Kind
  public var transaction: UInt32
  /// Seconds since the client began.
  public var seconds: UInt16 = 0
  /// Whether answers have to be broadcast, for a client that cannot take others yet.
  public var wantsBroadcast = false
  /// `ciaddr`: what the client has.
  public var client = IPv4Address.unspecified
  /// `yiaddr`: what the client gets.
  public var your = IPv4Address.unspecified
  /// `chaddr`.
  public var hardware: MACAddress

  /// Option 50.
  public var requested: IPv4Address?
  /// Option 54.
  public var server: IPv4Address?
  /// Option 1.
  public var mask: IPv4Address?
  /// The first two of option 3.
  public var router: IPv4Address?
  public var secondRouter: IPv4Address?
  /// Option 121, or 249 of Microsoft's servers; where it is there, option 3 is to be ignored (RFC 3442).
  public var classlessRoutes: IPv4Routes?
  /// The first two of option 6.
  public var resolver: IPv4Address?
  public var secondResolver: IPv4Address?
  /// Option 26, in bytes.
  public var mtu: UInt16?
  /// Options 51, 58 and 59, in seconds; 0xffffffff is for ever.
  public var leaseTime: UInt32?
  public var renewalTime: UInt32?
  public var rebindingTime: UInt32?
  /// Option 12, which clients send.
  public var hostName = HostName()
  /// Options that were malformed; they are as if they were not there.
  public private(set) var malformedOptions = 0

  public init(_ kind: Kind, transaction: UInt32, hardware: MACAddress) {
    self.kind = kind
    self.transaction = transaction
    self.hardware = hardware
  }

  /// Whether it is one that servers send.
  public var isFromServer: Bool { kind == .offer || kind == .acknowledge || kind == .refuse }

  /// Nil for a message that is no DHCP message for Ethernet, has no kind, or has one whose direction is the other.
  /// Options that come in parts are joined (RFC 3396). One that is malformed costs itself alone.
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
    // RFC 2132, 5.1: 68 is the least.
    mtu = options.number(26, 2, 68...65535).map { UInt16(truncatingIfNeeded: $0) }
    requested = options.number32(50).map { IPv4Address($0) }
    leaseTime = options.number32(51)
    server = options.host(54)
    renewalTime = options.number32(58)
    rebindingTime = options.number32(59)
    malformedOptions = options.malformed
  }

  /// Writes `byteCount` bytes from `offset`. A client's message has its identifier (option 61) and,
  /// where it asks for an address, the list of what it wants to know (option 55) too.
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
        // Mask, routes (before the router, RFC 3442), router, name servers; unit, lease, renewal and rebinding times;
        // routes as Microsoft has them.
        frame.put(UInt16(55 << 8 | 9), at: at)
        frame.put(UInt32(0x0179_0306), at: at &+ 2)
        frame.put(UInt32(0x1a33_3a3b), at: at &+ 6)
        frame.put(UInt8(249), at: at &+ 10)
        // The longest message taken: what the smallest legal MTU carries and more.
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
