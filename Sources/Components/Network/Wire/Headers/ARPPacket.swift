// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// An ARP packet for IPv4 over Ethernet (RFC 826): 28 bytes.
public struct ARPPacket: Equatable, BitwiseCopyable, Sendable {
  public static var byteCount: Int { 28 }

  public enum Operation: UInt16, BitwiseCopyable, Sendable {
    case request = 1
    case reply = 2
  }

  public var operation: Operation
  public var senderHardware: MACAddress
  public var sender: IPv4Address
  public var targetHardware: MACAddress
  public var target: IPv4Address

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

  /// Nil for a packet that is too short, of other kinds of address or with another operation. Bytes
  /// behind it are the frame's padding.
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
