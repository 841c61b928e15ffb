// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What is left of a request's body.
struct RequestBody: Sendable {
  private enum Rest: Sendable {
    case over
    case length(UInt64)
    case chunked(ChunkedDecoder)
    /// Everything that arrives, after an upgrade.
    case raw
  }
  private var rest: Rest

  private init(_ rest: Rest) { self.rest = rest }

  /// Everything that arrives.
  static var raw: RequestBody { RequestBody(.raw) }

  init(_ framing: RequestHead.Framing) {
    switch framing {
    case .none, .length(0): rest = .over
    case .length(let length): rest = .length(length)
    case .chunked: rest = .chunked(ChunkedDecoder())
    }
  }

  var isOver: Bool {
    if case .over = rest { true } else { false }
  }

  var isRaw: Bool {
    if case .raw = rest { true } else { false }
  }

  /// Bytes still to come; nil for a chunked body.
  var knownRest: UInt64? {
    switch rest {
    case .over: 0
    case .length(let length): length
    case .chunked, .raw: nil
    }
  }

  /// Drops framing from the front of the input. Returns how many bytes of data are in front then.
  mutating func advance(
    _ input: inout ByteQueue, _ limits: Limits
  ) throws(RequestError) -> Int {
    while true {
      switch rest {
      case .over: return 0
      case .raw: return input.count
      case .length(let length): return Int(min(UInt64(input.count), length))
      case .chunked(var decoder):
        let step = try decoder.step(input.bytes.span.extracting(input.range), limits)
        rest = .chunked(decoder)
        switch step {
        case .skip(let count): input.drop(count)
        case .data(let count): return count
        case .end(let count):
          input.drop(count)
          rest = .over
          return 0
        case .needsMore: return 0
        }
      }
    }
  }

  /// Records that `count` bytes of data were taken from the front.
  mutating func consumed(_ count: Int) {
    switch rest {
    case .over, .raw: break
    case .length(let length):
      let left = length - min(length, UInt64(max(count, 0)))
      rest = left == 0 ? .over : .length(left)
    case .chunked(var decoder):
      decoder.consumed(count)
      rest = .chunked(decoder)
    }
  }
}
