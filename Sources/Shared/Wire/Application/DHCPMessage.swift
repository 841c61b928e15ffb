// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records

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
  /// The first of option 3.
  public var router: IPv4Address?
  /// The first two of option 6.
  public var resolver: IPv4Address?
  public var secondResolver: IPv4Address?
  /// Option 26, in bytes.
  public var maximumUnit: UInt16?
  /// Options 51, 58 and 59, in seconds; 0xffffffff is for ever.
  public var leaseTime: UInt32?
  public var renewalTime: UInt32?
  public var rebindingTime: UInt32?
  /// Option 12, which clients send.
  public var hostName = HostName()

  public init(_ kind: Kind, transaction: UInt32, hardware: MACAddress) {
    self.kind = kind
    self.transaction = transaction
    self.hardware = hardware
  }

  /// Whether it is one that servers send.
  public var isFromServer: Bool { kind == .offer || kind == .acknowledge || kind == .refuse }

  /// Nil for a message that is no DHCP message for Ethernet, whose direction does not go with its
  /// kind, or which has options beyond its end or of a wrong length.
  public init?(parsing message: borrowing RawSpan) {
    guard message.byteCount >= DHCPMessage.fixedByteCount,
      message.number16(at: 1) == 0x0106, message.number32(at: 236) == 0x6382_5363
    else { return nil }
    self.init(
      .discover, transaction: message.number32(at: 4), hardware: message.macAddress(at: 28))
    seconds = message.number16(at: 8)
    wantsBroadcast = message.byte(at: 10) & 0x80 != 0
    client = IPv4Address(message.number32(at: 12))
    your = IPv4Address(message.number32(at: 16))
    var found = Found()
    guard
      parseOptions(message.extracting(DHCPMessage.fixedByteCount..<message.byteCount), &found),
      // Options may go on in the fields for names (option 52; file first, RFC 2131, 4.1).
      found.overload & 1 == 0 || parseOptions(message.extracting(108..<236), &found),
      found.overload & 2 == 0 || parseOptions(message.extracting(44..<108), &found),
      let kind = Kind(rawValue: found.kind)
    else { return nil }
    self.kind = kind
    guard message.byte(at: 0) == (isFromServer ? 2 : 1) else { return nil }
  }

  private struct Found {
    var kind: UInt8 = 0
    var overload: UInt8 = 0
  }

  private mutating func parseOptions(_ options: RawSpan, _ found: inout Found) -> Bool {
    var index = 0
    while index < options.byteCount {
      let code = options.byte(at: index)
      if code == 255 { return true }
      if code == 0 {
        index &+= 1
        continue
      }
      guard index &+ 1 < options.byteCount else { return false }
      let end = index &+ 2 &+ Int(options.byte(at: index &+ 1))
      guard end <= options.byteCount,
        parseOption(code, options.extracting(index &+ 2..<end), &found)
      else { return false }
      index = end
    }
    // Servers exist that leave the end option out of a full message.
    return true
  }

  private mutating func parseOption(_ code: UInt8, _ body: RawSpan, _ found: inout Found) -> Bool {
    switch code {
    case 53, 52:
      guard body.byteCount == 1 else { return false }
      if code == 53 { found.kind = body.byte(at: 0) } else { found.overload = body.byte(at: 0) }
    case 12:
      guard body.byteCount > 0 else { return false }
      hostName = HostName()
      for index in 0..<min(body.byteCount, HostName.capacity) {
        hostName.append(body.byte(at: index))
      }
    case 26:
      guard body.byteCount == 2 else { return false }
      maximumUnit = body.number16(at: 0)
    case 1, 50, 51, 54, 58, 59:
      guard body.byteCount == 4 else { return false }
      take(code, body.number32(at: 0))
    case 3, 6:
      guard body.byteCount >= 4, body.byteCount % 4 == 0 else { return false }
      take(code, body.number32(at: 0))
      if code == 6, body.byteCount >= 8 { secondResolver = IPv4Address(body.number32(at: 4)) }
    default: break
    }
    return true
  }

  private mutating func take(_ code: UInt8, _ number: UInt32) {
    switch code {
    case 1: mask = IPv4Address(number)
    case 3: router = IPv4Address(number)
    case 6: resolver = IPv4Address(number)
    case 50: requested = IPv4Address(number)
    case 51: leaseTime = number
    case 54: server = IPv4Address(number)
    case 58: renewalTime = number
    default: rebindingTime = number
    }
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
      if let maximumUnit {
        frame.put(UInt16(26 << 8 | 2), at: at)
        frame.put(maximumUnit, at: at &+ 2)
        at &+= 4
      }
    } else {
      frame.put(UInt16(61 << 8 | 7), at: at)
      frame.put(UInt8(1), at: at &+ 2)
      frame.put(hardware, at: at &+ 3)
      at &+= 9
      if kind == .discover || kind == .request || kind == .inform {
        // Mask, router, name servers, unit, lease, renewal and rebinding times.
        frame.put(UInt16(55 << 8 | 7), at: at)
        frame.put(UInt32(0x0103_061a), at: at &+ 2)
        frame.put(UInt16(0x333a), at: at &+ 6)
        frame.put(UInt8(0x3b), at: at &+ 8)
        // The longest message taken: what the smallest legal MTU carries and more.
        frame.put(UInt16(57 << 8 | 2), at: at &+ 9)
        frame.put(UInt16(1472), at: at &+ 11)
        at &+= 13
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
