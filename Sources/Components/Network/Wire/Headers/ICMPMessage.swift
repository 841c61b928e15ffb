// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An ICMP message (RFC 792): the header of 8 bytes; data follows.
public struct ICMPMessage: Equatable, BitwiseCopyable, Sendable {
  /// Bytes of the header.
  public static var headerByteCount: Int { 8 }

  /// Type and code, with the header's remaining fields.
  public enum Kind: Equatable, BitwiseCopyable, Sendable {
    /// A ping; followed by any data.
    case echoRequest(identifier: UInt16, sequence: UInt16)
    /// The answer to a ping; followed by the same data.
    case echoReply(identifier: UInt16, sequence: UInt16)
    /// A packet could not be delivered; followed by its header and at least 8 bytes of its payload.
    case unreachable(Unreachable)
    /// Time exceeded: code 0 in transit, 1 in reassembly; followed as `unreachable` is.
    case timeExceeded(code: UInt8)
    /// Anything else.
    case other(type: UInt8, code: UInt8)
  }

  /// Why a destination is unreachable (RFC 1122, 3.2.2.1).
  public enum Unreachable: Equatable, BitwiseCopyable, Sendable {
    /// The host does not support the protocol.
    case protocolUnreachable
    /// No socket has the port.
    case portUnreachable
    /// The packet exceeds the next hop's MTU (RFC 1191, 4), which is 0 from routers that do not
    /// tell it.
    case fragmentationNeeded(nextHopMTU: UInt16)
    /// Any other code.
    case other(code: UInt8)

    var code: UInt8 {
      switch self {
      case .protocolUnreachable: 2
      case .portUnreachable: 3
      case .fragmentationNeeded: 4
      case .other(let code): code
      }
    }
  }

  /// What the message says.
  public var kind: Kind

  /// A message to write.
  public init(_ kind: Kind) { self.kind = kind }

  /// Nil for a message that is too short or has a wrong checksum. `message` is the entire message.
  public init?(parsing message: borrowing RawSpan) {
    guard message.byteCount >= ICMPMessage.headerByteCount else { return nil }
    var checksum = InternetChecksum()
    checksum.add(message)
    guard checksum.isIntact else { return nil }
    let type = message.byte(at: 0)
    let code = message.byte(at: 1)
    let high = message.number16(at: 4)
    let low = message.number16(at: 6)
    switch (type, code) {
    case (0, 0): kind = .echoReply(identifier: high, sequence: low)
    case (8, 0): kind = .echoRequest(identifier: high, sequence: low)
    case (3, 2): kind = .unreachable(.protocolUnreachable)
    case (3, 3): kind = .unreachable(.portUnreachable)
    case (3, 4): kind = .unreachable(.fragmentationNeeded(nextHopMTU: low))
    case (3, _): kind = .unreachable(.other(code: code))
    case (11, _): kind = .timeExceeded(code: code)
    default: kind = .other(type: type, code: code)
    }
  }

  /// Writes the header at `offset`, with a checksum over it and the data that already follows, to
  /// the end of `frame`.
  public func write(to frame: inout MutableRawSpan, at offset: Int) {
    writeHeader(to: &frame, at: offset)
    var checksum = InternetChecksum()
    checksum.add(frame.bytes.extracting(offset..<frame.byteCount))
    frame.put(checksum.value, at: offset &+ 2)
  }

  /// The same with the checksum over `data`, part of which may go into other frames.
  public func write(
    to frame: inout MutableRawSpan, at offset: Int, before data: borrowing RawSpan
  ) {
    writeHeader(to: &frame, at: offset)
    var checksum = InternetChecksum()
    checksum.add(
      frame.bytes.extracting(offset..<offset &+ ICMPMessage.headerByteCount))
    checksum.add(data)
    frame.put(checksum.value, at: offset &+ 2)
  }

  private func writeHeader(to frame: inout MutableRawSpan, at offset: Int) {
    var word: UInt32 = 0
    let typeAndCode: UInt16
    switch kind {
    case .echoReply(let identifier, let sequence):
      typeAndCode = 0
      word = UInt32(identifier) << 16 | UInt32(sequence)
    case .echoRequest(let identifier, let sequence):
      typeAndCode = 8 << 8
      word = UInt32(identifier) << 16 | UInt32(sequence)
    case .unreachable(let reason):
      typeAndCode = 3 << 8 | UInt16(reason.code)
      if case .fragmentationNeeded(let mtu) = reason { word = UInt32(mtu) }
    case .timeExceeded(let code): typeAndCode = 11 << 8 | UInt16(code)
    case .other(let type, let code): typeAndCode = UInt16(type) << 8 | UInt16(code)
    }
    frame.put(UInt32(typeAndCode) << 16, at: offset)
    frame.put(word, at: offset &+ 4)
  }
}
