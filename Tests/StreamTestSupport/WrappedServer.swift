// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Streams
import Time

/// The code of the wrapping layer: a record is its length in two bytes, most significant first, and its bytes, each changed
/// by a counter. A record without bytes ends a direction. It stands for TLS in tests.
public struct RecordCode: Sendable {
  /// Bytes of a record at most.
  public static let limit = 1024
  /// What each side sends first.
  public static let greeting: [UInt8] = [0x53, 0x45, 0x41, 0x4d]
  private var counter: UInt8 = 0

  /// The code at the start of a direction.
  public init() {}

  /// A record of at most `limit` bytes.
  public mutating func record(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)] + changed(bytes)
  }

  /// Changes bytes, or changes them back.
  public mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map {
      counter &+= 1
      return $0 ^ counter
    }
  }

  /// The records of a text, none of them full.
  public mutating func records(_ text: [UInt8]) -> [UInt8] {
    var all: [UInt8] = []
    for start in stride(from: 0, to: text.count, by: 700) {
      all += record(Array(text[start..<min(start + 700, text.count)]))
    }
    return all
  }

  /// What a server has sent: a greeting and whole records. Nil if it is anything else.
  public mutating func open(_ bytes: [UInt8]) -> (content: [UInt8], isEnded: Bool)? {
    guard bytes.starts(with: Self.greeting) else { return nil }
    var rest = bytes.dropFirst(Self.greeting.count)
    var content: [UInt8] = []
    while rest.count >= 2 {
      let length = Int(rest[rest.startIndex]) << 8 + Int(rest[rest.startIndex + 1])
      guard length <= Self.limit, rest.count >= 2 + length else { return nil }
      rest = rest.dropFirst(2)
      if length == 0 { return rest.isEmpty ? (content, true) : nil }
      content += changed(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return rest.isEmpty ? (content, false) : nil
  }
}

/// A server behind a layer of records with a greeting, as TLS has a handshake. To its pump it is an endpoint, to `inner` a
/// pump. It holds a record in each direction for each stream: it takes no more input before `inner` has taken the last
/// record, and tells `inner` that bytes were sent when their record was.
public struct WrappedServer<Inner: StreamServer>: StreamServer {
  /// The server behind the layer.
  public var inner: Inner
  private var layers: [Int: Layer] = [:]
  private var changed: [Int] = []

  private struct Layer {
    var incoming = RecordCode()
    var outgoing = RecordCode()
    // An incomplete record, or greeting.
    var input: [UInt8] = []
    // A record's content that `inner` has not taken.
    var content: [UInt8] = []
    var output = RecordCode.greeting
    // Bytes of `inner`'s output in the record that is being sent.
    var pending = 0
    var isGreeted = false
    var peerHasEnded = false
    var hasToldEnd = false
    var hasEnded = false
    var isBroken = false
  }

  /// Wraps a server, which must not lend output: what it lends counts as sent before its record is.
  public init(_ inner: Inner) { self.inner = inner }

  /// Bytes held at most for one stream in one direction.
  public var largestHeld: Int {
    layers.values.map { max($0.input.count, $0.content.count, $0.output.count) }.max() ?? 0
  }

  /// Opens a stream of the inner server.
  public mutating func open(now: Instant) -> Int? {
    guard let stream = inner.open(now: now) else { return nil }
    layers[stream] = Layer()
    return stream
  }

  // MARK: Input

  /// Takes bytes up to the end of a record, until the inner server has taken it.
  public mutating func receive(_ stream: Int, _ bytes: Span<UInt8>, now: Instant) -> Int {
    var taken = 0
    while taken < bytes.count, let layer = layers[stream] {
      if layer.isBroken || layer.peerHasEnded { return bytes.count }
      guard layer.content.isEmpty else { break }
      let size = needed(layer)
      let count = min(size - layer.input.count, bytes.count - taken)
      layers[stream]?.input.append(copying: bytes.extracting(taken..<taken + count))
      taken += count
      if layers[stream]?.input.count == size { complete(stream) }
      advance(stream, now: now)
    }
    return taken
  }

  /// The size of what is being received, as far as that is known.
  private func needed(_ layer: Layer) -> Int {
    guard layer.isGreeted else { return RecordCode.greeting.count }
    return layer.input.count < 2 ? 2 : 2 + Int(layer.input[0]) << 8 + Int(layer.input[1])
  }

  private mutating func complete(_ stream: Int) {
    guard var layer = layers[stream] else { return }
    if !layer.isGreeted {
      layer.isGreeted = true
      layer.isBroken = layer.input != RecordCode.greeting
      layer.input = []
    } else if layer.input.count == 2 {
      let length = Int(layer.input[0]) << 8 + Int(layer.input[1])
      layer.isBroken = length > RecordCode.limit
      if length == 0 {
        layer.peerHasEnded = true
        layer.input = []
      }
    } else {
      layer.content = layer.incoming.changed(Array(layer.input[2...]))
      layer.input = []
    }
    layers[stream] = layer
  }

  /// An end without its record cuts the stream off.
  public mutating func peerEnded(_ stream: Int, now: Instant) {
    guard layers[stream]?.peerHasEnded == false else { return }
    layers[stream]?.isBroken = true
  }

  /// Passes on what the inner server can take, and makes the next record of what it has.
  private mutating func advance(_ stream: Int, now: Instant) {
    guard var layer = layers[stream], !layer.isBroken else { return }
    if !layer.content.isEmpty {
      let count = inner.receive(stream, layer.content.span, now: now)
      layer.content.removeFirst(count)
    }
    if layer.content.isEmpty, layer.peerHasEnded, !layer.hasToldEnd {
      layer.hasToldEnd = true
      inner.peerEnded(stream, now: now)
    }
    if layer.output.isEmpty, layer.isGreeted {
      let output =
        inner.withOutput(stream) {
          [UInt8](copying: $0.extracting(0..<min($0.count, RecordCode.limit)))
        } ?? []
      if !output.isEmpty {
        layer.output = layer.outgoing.record(output)
        layer.pending = output.count
      } else if inner.disposal(stream) == .endOutput || inner.disposal(stream) == .close,
        !layer.hasEnded
      {
        layer.hasEnded = true
        layer.output = layer.outgoing.record([])
      }
    }
    layers[stream] = layer
  }

  // MARK: Output

  /// Bytes of the current record.
  public func outputCount(_ stream: Int) -> Int { layers[stream]?.output.count ?? 0 }

  /// Lends them.
  public func withOutput<Result>(_ stream: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
    guard let output = layers[stream]?.output else { return nil }
    return body(output.span)
  }

  /// At the record's end, its bytes were sent.
  public mutating func sent(_ stream: Int, _ count: Int, now: Instant) {
    layers[stream]?.output.removeFirst(count)
    guard let layer = layers[stream], layer.output.isEmpty else { return }
    layers[stream]?.pending = 0
    if layer.pending > 0 { inner.sent(stream, layer.pending, now: now) }
    advance(stream, now: now)
  }

  /// The inner server's, behind the record that ends our direction.
  public func disposal(_ stream: Int) -> StreamDisposal {
    guard let layer = layers[stream] else { return .close }
    if layer.isBroken { return .reset }
    switch inner.disposal(stream) {
    case .stayOpen: return .stayOpen
    case .reset: return .reset
    case .endOutput, .close:
      guard layer.hasEnded, layer.output.isEmpty else { return .stayOpen }
      return inner.disposal(stream)
    }
  }

  // MARK: The rest

  /// Closes the inner server's stream.
  public mutating func closed(_ stream: Int, now: Instant) {
    guard layers.removeValue(forKey: stream) != nil else { return }
    inner.closed(stream, now: now)
  }

  /// The inner server's.
  public var deadline: Instant { inner.deadline }

  /// Passes the time on.
  public mutating func timePassed(now: Instant) {
    inner.timePassed(now: now)
    advanceChanged(now: now)
  }

  /// Passes the news on.
  public mutating func wake(_ stream: Int, now: Instant) {
    inner.wake(stream, now: now)
    advanceChanged(now: now)
  }

  private mutating func advanceChanged(now: Instant) {
    while let stream = inner.nextChanged() {
      advance(stream, now: now)
      changed.append(stream)
    }
  }

  /// The inner server's, once their records are made.
  public mutating func nextChanged() -> Int? { changed.popLast() }
}
