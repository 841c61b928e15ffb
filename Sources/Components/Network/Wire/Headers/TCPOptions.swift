// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The TCP options that the stack knows (RFC 9293, 3.2; RFC 7323; RFC 2018). Others are skipped.
public struct TCPOptions: BitwiseCopyable, Sendable {
  /// Timestamps (RFC 7323, 3).
  public struct Timestamps: Equatable, BitwiseCopyable, Sendable {
    /// TSval: the sender's clock.
    public var value: UInt32
    /// TSecr: the receiver's clock, echoed.
    public var echo: UInt32
    /// Both fields.
    @inline(__always)
    public init(value: UInt32, echo: UInt32) {
      self.value = value
      self.echo = echo
    }
  }

  /// The maximum segment size: bytes behind a header without options.
  public var mss: UInt16?
  /// Shift count of the peer's windows; values above 14 count as 14 (RFC 7323, 2.3).
  public var windowScale: UInt8?
  /// Whether SACK is permitted (RFC 2018, 2).
  public var permitsSACK = false
  /// Timestamps, if there are any.
  public var timestamps: Timestamps?
  /// SACK blocks: ranges that the peer has received, of which the first `blockCount` are valid.
  public var blocks = InlineArray<4, SequenceRange>(
    repeating: SequenceRange(SequenceNumber(0), SequenceNumber(0)))
  /// Number of SACK blocks, 0...4.
  public var blockCount = 0

  /// No options.
  @inline(__always)
  public init() {}

  /// Nil if a length is wrong: such a segment is rejected as a whole (RFC 9293, MUST-7). `options`
  /// lies between the fixed header and the data.
  @inline(__always)
  public init?(parsing options: borrowing RawSpan) {
    self.init()
    // The common case: two fillers and timestamps (RFC 7323, appendix A).
    if options.byteCount == 12, options.number32(at: 0) == 0x0101_080a {
      timestamps = Timestamps(value: options.number32(at: 4), echo: options.number32(at: 8))
      return
    }
    guard options.isEmpty || parseAny(options) else { return nil }
  }

  @inline(never)
  private mutating func parseAny(_ options: borrowing RawSpan) -> Bool {
    var index = 0
    while index < options.byteCount {
      let kind = options.byte(at: index)
      if kind == 0 { return true }
      if kind == 1 {
        index &+= 1
        continue
      }
      guard index &+ 1 < options.byteCount else { return false }
      let length = Int(options.byte(at: index &+ 1))
      guard length >= 2, index &+ length <= options.byteCount else { return false }
      guard parseOne(kind, options.extracting(index &+ 2..<index &+ length)) else { return false }
      index &+= length
    }
    return true
  }

  private mutating func parseOne(_ kind: UInt8, _ body: RawSpan) -> Bool {
    switch kind {
    case 2:
      guard body.byteCount == 2 else { return false }
      mss = body.number16(at: 0)
    case 3:
      guard body.byteCount == 1 else { return false }
      windowScale = min(body.byte(at: 0), 14)
    case 4:
      guard body.byteCount == 0 else { return false }
      permitsSACK = true
    case 5:
      guard body.byteCount % 8 == 0, body.byteCount <= 32 else { return false }
      blockCount = body.byteCount / 8
      for block in 0..<blockCount {
        blocks[block] = SequenceRange(
          SequenceNumber(body.number32(at: 8 &* block)),
          SequenceNumber(body.number32(at: 8 &* block &+ 4)))
      }
    case 8:
      guard body.byteCount == 8 else { return false }
      timestamps = Timestamps(value: body.number32(at: 0), echo: body.number32(at: 4))
    default: break
    }
    return true
  }

  /// Bytes that `write` writes: a multiple of 4, at most 40 since blocks that do not fit are left
  /// out.
  @inline(__always)
  public var byteCount: Int {
    var count = timestamps == nil ? 0 : 12
    if mss != nil { count &+= 4 }
    if windowScale != nil { count &+= 4 }
    if permitsSACK { count &+= 4 }
    let room = fittingBlocks(after: count)
    return count &+ (room == 0 ? 0 : 4 &+ 8 &* room)
  }

  @inline(__always)
  private func fittingBlocks(after count: Int) -> Int {
    blockCount == 0 ? 0 : min(blockCount, (36 &- count) / 8)
  }

  /// Writes `byteCount` bytes from `offset`.
  @inline(__always)
  public func write(to frame: inout MutableRawSpan, at offset: Int) {
    var offset = offset
    if let timestamps {
      frame.put(UInt32(0x0101_080a), at: offset)
      frame.put(timestamps.value, at: offset &+ 4)
      frame.put(timestamps.echo, at: offset &+ 8)
      offset &+= 12
    }
    if blockCount > 0 || mss != nil || windowScale != nil
      || permitsSACK
    {
      writeRare(to: &frame, at: offset)
    }
  }

  @inline(never)
  private func writeRare(to frame: inout MutableRawSpan, at start: Int) {
    var offset = start
    if let mss {
      frame.put(0x0204_0000 | UInt32(mss), at: offset)
      offset &+= 4
    }
    if let windowScale {
      frame.put(0x0103_0300 | UInt32(windowScale), at: offset)
      offset &+= 4
    }
    if permitsSACK {
      frame.put(UInt32(0x0101_0402), at: offset)
      offset &+= 4
    }
    let room = fittingBlocks(after: offset &- start &+ (timestamps == nil ? 0 : 12))
    guard room > 0 else { return }
    frame.put(0x0101_0500 | UInt32(truncatingIfNeeded: 2 &+ 8 &* room), at: offset)
    for block in 0..<room {
      frame.put(blocks[block].start.value, at: offset &+ 4 &+ 8 &* block)
      frame.put(blocks[block].end.value, at: offset &+ 8 &+ 8 &* block)
    }
  }
}

extension TCPOptions: Equatable {
  /// Compares valid blocks only.
  public static func == (left: TCPOptions, right: TCPOptions) -> Bool {
    guard left.mss == right.mss,
      left.windowScale == right.windowScale, left.timestamps == right.timestamps,
      left.permitsSACK == right.permitsSACK,
      left.blockCount == right.blockCount
    else { return false }
    for block in 0..<min(left.blockCount, 4) where left.blocks[block] != right.blocks[block] {
      return false
    }
    return true
  }
}
