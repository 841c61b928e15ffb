// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Streams
import Time

/// Sends back what it receives, with an appetite, an output and deadlines that a test sets. It records the calls of its pump
/// that break the contract.
public struct EchoServer: StreamServer {
  /// What one stream has seen.
  public struct Stream {
    /// Bytes received.
    public var received: [UInt8] = []
    /// Whether the peer has ended its direction.
    public var hasEnded = false
    /// When it asks to be called.
    public var deadline = Instant.never
    /// What the transport is told, once the output is empty.
    public var disposal = StreamDisposal.stayOpen
    var output: [UInt8] = []
  }

  /// Streams at most.
  public let limit: Int
  /// Bytes taken by one call.
  public var appetite = Int.max
  /// Bytes of output that a stream holds: with more it takes nothing.
  public var outputLimit = 4096
  /// Bytes lent directly behind the output, of each stream, in pieces of `lentPiece`.
  public var lent: [Int: [UInt8]] = [:]
  /// The most bytes that one loan has.
  public var lentPiece = 1000
  /// Open streams by number.
  public private(set) var streams: [Int: Stream] = [:]
  /// Streams that were closed, in order.
  public private(set) var closedStreams: [Int] = []
  /// Deadlines that have passed: stream and time.
  public private(set) var passed: [(stream: Int, now: Instant)] = []
  /// Calls of a pump that it must not make.
  public private(set) var faults: [String] = []
  private var changed: [Int] = []

  /// A server without streams.
  public init(limit: Int = 8) { self.limit = limit }

  /// A short text, to be recognised.
  public static var busyAnswer: StaticString { "busy" }

  /// The same for all listeners.
  public func busyAnswer(on listener: Int) -> StaticString { Self.busyAnswer }

  /// The lowest free number.
  public mutating func open(now: Instant) -> Int? {
    guard let stream = (0..<limit).first(where: { streams[$0] == nil }) else { return nil }
    streams[stream] = Stream()
    return stream
  }

  /// Takes as much as it has appetite and room for.
  public mutating func receive(_ stream: Int, _ bytes: Span<UInt8>, now: Instant) -> Int {
    guard var state = streams[stream] else { return bytes.count }
    if state.hasEnded { faults.append("bytes behind the end of \(stream)") }
    if bytes.isEmpty { faults.append("no bytes for \(stream)") }
    let count = min(bytes.count, appetite, max(outputLimit - state.output.count, 0))
    state.received.append(copying: bytes.extracting(0..<count))
    // Behind the end of our direction there is no echo.
    if state.disposal != .endOutput { state.output.append(copying: bytes.extracting(0..<count)) }
    streams[stream] = state
    return count
  }

  /// Ends our direction, too, behind the output.
  public mutating func peerEnded(_ stream: Int, now: Instant) {
    streams[stream]?.hasEnded = true
    streams[stream]?.disposal = .close
  }

  /// Forgets the stream.
  public mutating func closed(_ stream: Int, now: Instant) {
    if streams.removeValue(forKey: stream) == nil { faults.append("\(stream) closed twice") }
    closedStreams.append(stream)
  }

  /// Bytes that wait.
  public func outputCount(_ stream: Int) -> Int { streams[stream]?.output.count ?? 0 }

  /// Lends them.
  public func withOutput<Result>(_ stream: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
    guard let output = streams[stream]?.output else { return nil }
    return body(output.span)
  }

  /// Drops them.
  public mutating func sent(_ stream: Int, _ count: Int, now: Instant) {
    guard count > 0, count <= outputCount(stream) else {
      return faults.append("\(count) sent of \(outputCount(stream))")
    }
    streams[stream]?.output.removeFirst(count)
  }

  /// Stays open while there is output.
  public func disposal(_ stream: Int) -> StreamDisposal {
    guard let state = streams[stream] else { return .close }
    return state.output.isEmpty && lent[stream] == nil || state.disposal == .reset
      ? state.disposal : .stayOpen
  }

  /// Whether something of `lent` is left.
  public func hasDirectOutput(_ stream: Int) -> Bool { lent[stream] != nil }

  /// Lends a piece after the other.
  public mutating func sendDirectly(
    _ stream: Int, now: Instant, _ transport: (Span<UInt8>) -> Int
  ) {
    if outputCount(stream) > 0 { return faults.append("a loan in front of output") }
    while let bytes = lent[stream] {
      let piece = min(bytes.count, lentPiece)
      let count = transport(bytes.span.extracting(0..<piece))
      lent[stream] = count == bytes.count ? nil : Array(bytes[count...])
      if count < piece { return }
    }
  }

  /// The earliest.
  public var deadline: Instant { streams.values.map(\.deadline).min() ?? .never }

  /// Sends a byte on each stream that is due.
  public mutating func timePassed(now: Instant) {
    let due = streams.filter { $0.value.deadline <= now }
    if due.isEmpty { faults.append("nothing was due") }
    for (stream, _) in due.sorted(by: { $0.value.deadline < $1.value.deadline }) {
      passed.append((stream, now))
      streams[stream]?.deadline = .never
      streams[stream]?.output.append(0x21)
      changed.append(stream)
    }
  }

  /// Streams that were due or told to change. Sometimes names a stream that is not there.
  public mutating func nextChanged() -> Int? { changed.popLast() }

  /// Marks a stream as changed, which need not be open.
  public mutating func wake(_ stream: Int, now: Instant) { changed.append(stream) }

  /// Sets a stream's deadline.
  public mutating func setDeadline(_ deadline: Instant, of stream: Int) {
    streams[stream]?.deadline = deadline
  }

  /// Sets what the transport is told about a stream.
  public mutating func dispose(_ stream: Int, _ disposal: StreamDisposal) {
    streams[stream]?.disposal = disposal
    changed.append(stream)
  }
}
