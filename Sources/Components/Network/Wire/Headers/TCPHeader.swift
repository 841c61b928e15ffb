// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// The control bits of a segment (RFC 9293, 3.1).
public struct TCPFlags: OptionSet, Equatable, BitwiseCopyable, Sendable {
  /// The bits as on the wire.
  public let rawValue: UInt8
  /// Flags from their bits.
  @inline(__always)
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The sender has no more data.
  public static var fin: TCPFlags { TCPFlags(rawValue: 1) }
  /// Synchronises sequence numbers.
  public static var syn: TCPFlags { TCPFlags(rawValue: 2) }
  /// Resets the connection.
  public static var rst: TCPFlags { TCPFlags(rawValue: 4) }
  /// Push: deliver the data without delay.
  public static var psh: TCPFlags { TCPFlags(rawValue: 8) }
  /// The acknowledgement field is valid.
  public static var ack: TCPFlags { TCPFlags(rawValue: 16) }
  /// The urgent pointer is valid; ignored here.
  public static var urg: TCPFlags { TCPFlags(rawValue: 32) }

  // An array literal of flags would allocate on the target, hence `|` and `has`.
  /// Both sets of flags.
  @inline(__always)
  public static func | (left: TCPFlags, right: TCPFlags) -> TCPFlags {
    TCPFlags(rawValue: left.rawValue | right.rawValue)
  }
  /// Whether `flag` is set.
  @inline(__always)
  public func has(_ flag: TCPFlags) -> Bool { rawValue & flag.rawValue != 0 }
}

/// The fixed part of a segment's header (RFC 9293, 3.1): 20 bytes.
public struct TCPHeader: Equatable, BitwiseCopyable, Sendable {
  /// Bytes without options.
  public static var byteCount: Int { 20 }

  /// The sender's port.
  public var sourcePort: UInt16
  /// The receiver's port.
  public var destinationPort: UInt16
  /// Sequence number of the first byte, or of the SYN.
  public var sequence: SequenceNumber
  /// The next sequence number expected, if `ack` is set.
  public var acknowledgement: SequenceNumber
  /// The control bits.
  public var flags: TCPFlags
  /// The window as on the wire, unscaled.
  public var window: UInt16
  /// Bytes including options: 20...60, a multiple of 4.
  public var headerByteCount: Int

  /// A header to write.
  @inline(__always)
  public init(
    sourcePort: UInt16, destinationPort: UInt16, sequence: SequenceNumber,
    acknowledgement: SequenceNumber, flags: TCPFlags, window: UInt16,
    headerByteCount: Int = TCPHeader.byteCount
  ) {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.sequence = sequence
    self.acknowledgement = acknowledgement
    self.flags = flags
    self.window = window
    self.headerByteCount = headerByteCount
  }

  /// Nil for a segment shorter than its header, or with a header that is too short. Does not verify
  /// the checksum: see `isIntact`.
  @inline(__always)
  public init?(parsing segment: borrowing RawSpan) {
    guard segment.byteCount >= TCPHeader.byteCount else { return nil }
    headerByteCount = Int(segment.byte(at: 12) >> 4) &* 4
    guard headerByteCount >= TCPHeader.byteCount, headerByteCount <= segment.byteCount else {
      return nil
    }
    sourcePort = segment.number16(at: 0)
    destinationPort = segment.number16(at: 2)
    sequence = SequenceNumber(segment.number32(at: 4))
    acknowledgement = SequenceNumber(segment.number32(at: 8))
    flags = TCPFlags(rawValue: segment.byte(at: 13) & 0x3f)
    window = segment.number16(at: 14)
  }

  /// Whether the checksum is correct.
  @inline(__always)
  public static func isIntact(
    _ segment: borrowing RawSpan, from source: IPv4Address, to destination: IPv4Address
  ) -> Bool {
    var sum = IPv4Header.pseudoHeader(
      source: source, destination: destination, protocol: .tcp, byteCount: segment.byteCount)
    sum.add(segment)
    return sum.isIntact
  }

  /// Writes 20 bytes from `offset`, with a checksum of zero.
  @inline(__always)
  public func write(to frame: inout MutableRawSpan, at offset: Int) {
    let lengthAndFlags =
      UInt32(truncatingIfNeeded: headerByteCount) << 26 | UInt32(flags.rawValue) << 16
    frame.put(UInt32(sourcePort) << 16 | UInt32(destinationPort), at: offset)
    frame.put(sequence.value, at: offset &+ 4)
    frame.put(acknowledgement.value, at: offset &+ 8)
    frame.put(lengthAndFlags | UInt32(window), at: offset &+ 12)
    frame.put(UInt32(0), at: offset &+ 16)
  }

  /// Fills in the checksum of the otherwise complete segment from `offset` to the end of `frame`.
  @inline(__always)
  public static func seal(
    _ frame: inout MutableRawSpan, at offset: Int, from source: IPv4Address,
    to destination: IPv4Address
  ) {
    let count = frame.byteCount
    var sum = IPv4Header.pseudoHeader(
      source: source, destination: destination, protocol: .tcp, byteCount: count &- offset)
    sum.add(frame.bytes.extracting(offset..<count))
    frame.put(sum.value, at: offset &+ 16)
  }

  /// Fills in the checksum of the segment at `offset`, whose header and options are otherwise
  /// complete and take `headerByteCount` bytes. `data` is the sum of the `dataByteCount` bytes
  /// behind them.
  @inline(__always)
  public static func seal(
    _ frame: inout MutableRawSpan, at offset: Int, headerByteCount: Int,
    data: InternetChecksum, dataByteCount: Int, from source: IPv4Address,
    to destination: IPv4Address
  ) {
    var sum = IPv4Header.pseudoHeader(
      source: source, destination: destination, protocol: .tcp,
      byteCount: headerByteCount &+ dataByteCount)
    sum.add(frame.bytes.extracting(offset..<offset &+ headerByteCount))
    sum.add(data)
    frame.put(sum.value, at: offset &+ 16)
  }
}
