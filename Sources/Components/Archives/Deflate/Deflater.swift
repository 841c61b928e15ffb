// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A compressor for streams in the format DEFLATE (RFC 1951), without a header or a checksum.
///
/// It holds `byteCount(level)` bytes from `init` on, and allocates nothing later. What it writes depends on the input and on
/// flushes alone, and not on the pieces in which they come.
public struct Deflater: ~Copyable {
  /// What a call of `compress` is to do when the input has ended.
  public enum Flush: Sendable {
    /// Nothing: input is held back, so that matches can be found across calls.
    case none
    /// Makes all output that a decoder needs for the input so far available, for an input that is slow to come. It costs
    /// about five bytes, and matches are lost if it is often used.
    case sync
    /// Ends the stream.
    case finish
  }

  /// What a call of `compress` has done.
  public struct Progress: Equatable, Sendable {
    /// Bytes of the input that it took.
    public let consumed: Int
    /// Bytes that it has appended to the output.
    public let produced: Int
    /// Whether all input was taken, and what `flush` asked for is done. If not, the output was full.
    public let isDone: Bool
  }

  private let memory: DeflateMemory
  var matcher: DeflateMatcher
  var blocks: DeflateBlockWriter
  private var state = State.flushed

  private enum State { case open, flushed, finished }

  /// A compressor at the beginning of a stream.
  public init(level: DeflateLevel) {
    let layout = DeflateLayout(level)
    memory = DeflateMemory(byteCount: layout.byteCount)
    matcher = DeflateMatcher(level, layout, in: memory)
    blocks = DeflateBlockWriter(in: memory)
  }

  /// Bytes that a compressor holds.
  public static func byteCount(_ level: DeflateLevel) -> Int { DeflateLayout(level).byteCount }

  /// Begins another stream, without a trace of the last one.
  public mutating func reset() {
    // Before its first byte, a stream leaves nothing in the memory: thousands of empty files cost little.
    if matcher.hasTakenInput { memory.erase() }
    matcher.reset()
    blocks.reset()
    state = .flushed
  }

  /// Compresses `input` as far as `output` has room, and appends to it.
  ///
  /// Call it again, with the rest of the input and the same `flush`, until it is done. After `.finish` is done, it takes
  /// nothing until `reset`.
  public mutating func compress(
    _ input: Span<UInt8>, into output: inout OutputSpan<UInt8>, _ flush: Flush = .none
  ) -> Progress {
    let before = output.count
    // Safety: neither pointer leaves the closures, and `DeflateOutput` stays below the capacity.
    let (consumed, isDone) = unsafe input.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target, count in
        var room = unsafe DeflateOutput(target, from: count)
        let result = unsafe compress(source, into: &room, flush)
        count = room.count
        return result
      }
    }
    return Progress(consumed: consumed, produced: output.count - before, isDone: isDone)
  }

  private mutating func compress(
    _ input: UnsafeBufferPointer<UInt8>, into output: inout DeflateOutput, _ flush: Flush
  ) -> (Int, Bool) {
    var consumed = 0
    while blocks.drain(into: &output, matcher.window, matcher.tokens) {
      if state == .finished { return (consumed, consumed == input.count) }
      let taken = unsafe matcher.take(UnsafeBufferPointer(rebasing: input[consumed...]))
      if taken > 0 { state = .open }
      consumed += taken
      let isLast = flush != .none && consumed == input.count
      matcher.run(toTheEnd: isLast)
      if matcher.isFull {
        endBlock(isLast: false)
      } else if isLast, matcher.isIdle {
        switch flush {
        case .finish:
          endBlock(isLast: true)
          state = .finished
        case .sync where matcher.tokenCount > 0: endBlock(isLast: false)
        case .sync where state != .flushed:
          blocks.beginMarker()
          state = .flushed
        default: return (consumed, true)
        }
      } else if consumed == input.count {
        return (consumed, true)
      }
    }
    return (consumed, false)
  }

  private mutating func endBlock(isLast: Bool) {
    blocks.begin(
      matcher.block, isLast: isLast, matcher.tokens, mostStored: matcher.maximumDistance)
    matcher.beginBlock()
  }
}
