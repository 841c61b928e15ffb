// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A route's pattern: a path, and the names of the query's values that the handler takes, for example
/// `/posts/:year/*name` or `/search?text&page`.
///
/// `:name` stands for any one segment and `*name`, at the end, for the rest of the path; other segments
/// stand for themselves. In a group, a pattern may also be empty: it stands for the group's prefix.
public struct Pattern: ExpressibleByStringLiteral, Sendable {
  enum Segment: Equatable, Sendable {
    case literal([UInt8])
    /// Any one segment that is not empty; its name.
    case capture([UInt8])
    /// The rest of the path; its name.
    case rest([UInt8])
  }

  let text: [UInt8]
  let segments: [Segment]
  /// The names behind the question mark.
  let queryNames: [[UInt8]]
  /// What is wrong with it.
  let mistake: RouteMistake.Kind?

  /// Reads a pattern.
  public init(stringLiteral text: StaticString) { self.init([UInt8](text)) }

  init(_ text: [UInt8]) {
    let pathEnd = text.span.first(0x3f, in: 0..<text.count) ?? text.count
    var segments: [Segment] = []
    var mistake: RouteMistake.Kind?
    if pathEnd > 0, text[0] != 0x2f { mistake = .noSlash }
    for range in pathEnd == 0 ? [] : Self.parts(of: text, 1..<pathEnd, at: 0x2f) {
      if case .rest = segments.last { mistake = .behindRest }
      switch range.isEmpty ? 0 : text[range.lowerBound] {
      case 0x3a where range.count == 1: mistake = .unnamedCapture
      case 0x7b, 0x3c: mistake = .braces
      case 0x3a: segments.append(.capture(Array(text[range].dropFirst())))
      case 0x2a: segments.append(.rest(Array(text[range].dropFirst())))
      default: segments.append(.literal(Array(text[range])))
      }
    }
    var names: [[UInt8]] = []
    if pathEnd < text.count {
      for range in Self.parts(of: text, pathEnd + 1..<text.count, at: 0x26) {
        if range.isEmpty { mistake = .unnamedValue }
        names.append(Array(text[range]))
      }
    }
    self.text = text
    self.segments = segments
    queryNames = names
    self.mistake = mistake
  }

  /// The pattern of a route in a group.
  func inside(_ prefix: Pattern) -> Pattern {
    prefix.text.isEmpty ? self : Pattern(prefix.text + text)
  }

  private static func parts(
    of text: [UInt8], _ range: Range<Int>, at separator: UInt8
  ) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    while start <= range.upperBound {
      let end = text.span.first(separator, in: start..<range.upperBound) ?? range.upperBound
      parts.append(start..<end)
      start = end + 1
    }
    return parts
  }

  /// Captures in the path.
  var captureCount: Int {
    segments.count { segment in
      if case .literal = segment { false } else { true }
    }
  }
}

// MARK: Order and matching

extension Pattern {
  /// Whether this one comes first: it has a literal segment where `other` has a capture, or a capture
  /// where `other` has the rest. The first such segment decides.
  func isMoreSpecific(than other: Pattern) -> Bool {
    for index in 0..<min(segments.count, other.segments.count) {
      let (own, others) = (segments[index].rank, other.segments[index].rank)
      if own != others { return own < others }
    }
    return false
  }

  /// Whether both match the same paths.
  func hasSameShape(as other: Pattern) -> Bool {
    guard segments.count == other.segments.count else { return false }
    for index in segments.indices {
      switch (segments[index], other.segments[index]) {
      case (.literal(let own), .literal(let others)): if own != others { return false }
      case (.capture, .capture), (.rest, .rest): break
      default: return false
      }
    }
    return true
  }

  /// Whether a path is of this pattern or, for a prefix, below it.
  static func match(
    _ segments: [Segment], _ path: [UInt8], isPrefix: Bool = false
  ) -> Bool {
    // The slash before the next segment.
    var position = 0
    for index in segments.indices {
      guard position < path.count else { return false }
      let start = position + 1
      switch segments[index] {
      case .rest: return true
      case .literal(let text):
        position = start + text.count
        guard position <= path.count, position == path.count || path[position] == 0x2f,
          path.span.extracting(start..<position).equals(text.span)
        else { return false }
      case .capture:
        position = path.span.first(0x2f, in: start..<path.count) ?? path.count
        guard start < position else { return false }
      }
    }
    return isPrefix || position == path.count
  }
}

extension Pattern.Segment {
  fileprivate var rank: Int {
    switch self {
    case .literal: 0
    case .capture: 1
    case .rest: 2
    }
  }
}

/// Finds what a pattern captured in a path that it matches, in order.
struct CaptureWalk {
  private var position = 0
  private var index = 0

  /// The next capture: its name, and the part of the path.
  mutating func next(
    _ segments: [Pattern.Segment], _ path: [UInt8]
  ) -> (name: [UInt8], range: Range<Int>)? {
    while index < segments.count {
      let start = min(position + 1, path.count)
      let segment = segments[index]
      index += 1
      if case .rest(let name) = segment { return (name, start..<path.count) }
      position = path.span.first(0x2f, in: start..<path.count) ?? path.count
      if case .capture(let name) = segment { return (name, start..<position) }
    }
    return nil
  }
}
