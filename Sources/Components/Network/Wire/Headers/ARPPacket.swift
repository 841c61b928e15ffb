// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// An ARP packet for IPv4 over Ethernet (RFC 826): 28 bytes.
public struct ARPPacket: Equatable, BitwiseCopyable, Sendable {
  /// Bytes of a packet.
  public static var byteCount: Int { 28 }

  /// The operation; others are not parsed.
  public enum Operation: UInt16, BitwiseCopyable, Sendable {
    /// Asks for the target's MAC address.
    case request = 1
    /// Tells the sender's MAC address.
    case reply = 2
  }

  /// Request or reply.
  public var operation: Operation
  /// The sender's MAC address.
  public var senderHardware: MACAddress
  /// The sender's IPv4 address.
  public var sender: IPv4Address
  /// The target's MAC address; zero in a request.
  public var targetHardware: MACAddress
  /// The target's IPv4 address.
  public var target: IPv4Address

  /// A packet to write.
  public init(
    operation: Operation, senderHardware: MACAddress, sender: IPv4Address,
    targetHardware: MACAddress, target: IPv4Address
  ) {
    self.operation = operation
    self.senderHardware = senderHardware
    self.sender = sender
    self.targetHardware = targetHardware
    self.target = target
  }

  /// Nil for a packet that is too short, for other address types or with another operation. Bytes
  /// behind it are padding of the frame.
  public init?(parsing packet: borrowing RawSpan) {
    guard packet.byteCount >= ARPPacket.byteCount,
      packet.number32(at: 0) == 0x0001_0800, packet.number16(at: 4) == 0x0604,
      let operation = Operation(rawValue: packet.number16(at: 6))
    else { return nil }
    self.operation = operation
    senderHardware = packet.macAddress(at: 8)
    sender = IPv4Address(packet.number32(at: 14))
    targetHardware = packet.macAddress(at: 18)
    target = IPv4Address(packet.number32(at: 24))
  }

  /// Writes 28 bytes from `offset`.
  public func write(to frame: inout MutableRawSpan, at offset: Int) {
    frame.put(UInt32(0x0001_0800), at: offset)
    frame.put(UInt16(0x0604), at: offset &+ 4)
    frame.put(operation.rawValue, at: offset &+ 6)
    frame.put(senderHardware, at: offset &+ 8)
    frame.put(sender.value, at: offset &+ 14)
    frame.put(targetHardware, at: offset &+ 18)
    frame.put(target.value, at: offset &+ 24)
  }
}
