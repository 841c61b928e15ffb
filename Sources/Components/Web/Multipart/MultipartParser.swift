// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// What `MultipartParser.next` has come to.
public enum MultipartEvent: Equatable, Sendable {
  /// All of the input was consumed; go on when more has arrived.
  case needsInput
  /// A part begins, of which these were the headers. Its data follows.
  case partBegan(MultipartPart)
  /// The caller took less data than it was offered; go on when it can take more.
  case dataWaits
  /// The part's data is complete.
  case partEnded
  /// The body is complete.
  case finished
}

/// A step of a `MultipartParser`.
public struct MultipartStep: Equatable, Sendable {
  /// How many bytes of the input were consumed. The others have to be passed again, with what follows them.
  public var consumed: Int
  /// Why the parser has stopped there.
  public var event: MultipartEvent
}

/// Parses `multipart/form-data` (RFC 7578, RFC 2046 section 5.1) in pieces as they arrive, and holds no data: it lends a part's
/// bytes where they are in the input. It holds a line of headers while that is incomplete, and less than 300 bytes at the end of a
/// piece that may be a boundary line. Where the body is divided into pieces makes no difference.
///
///     var parser = MultipartParser(boundary)
///     let step = try parser.next(bytes) { data in file.write(data) }
///
/// A boundary line is CR LF, `--`, the boundary, `--` if it is the last, spaces or tabs, and CR LF. Whatever resembles that and
/// is not is data.
public struct MultipartParser {
  private enum Place: Equatable {
    case preamble
    case headers
    case data
    /// Behind a delimiter, which begins a boundary line or is data.
    case lineEnd
    case epilogue
  }

  private let search: DelimiterSearch
  private let limits: MultipartLimits
  private var place = Place.preamble
  /// How many bytes of the delimiter the input so far ends with. Of these, the first `assumed` come from the line end before the
  /// body, or the one at the end of headers.
  private var matched = 2
  private var assumed = 2
  /// Bytes behind the delimiter, and what they are in a boundary line.
  private var tail: [UInt8] = []
  private var lineEnd = BoundaryLineEnd()
  /// Data that was held back, as it could have been a boundary line.
  private var released: [UInt8] = []
  /// Bytes at the beginning of the input that are known to be data.
  private var known = 0
  /// Whether a part has begun, and its last boundary line was not seen.
  private var isInPart = false
  private var line: [UInt8] = []
  private var headers = PartHeaders()
  private var headerCount = 0
  private var headerByteCount = 0
  private var error: MultipartError?

  /// Parts that have begun.
  public private(set) var partCount = 0
  /// Bytes of the body that were consumed.
  public private(set) var offset: UInt64 = 0
  /// Bytes of the preamble or the epilogue.
  private var outsideByteCount = 0

  /// A parser at the beginning of a body.
  public init(_ boundary: MultipartBoundary, limits: MultipartLimits = MultipartLimits()) {
    search = DelimiterSearch(boundary)
    self.limits = limits
  }

  /// Reads on up to the next event. `take` gets a part's data in between, and returns how much it took.
  ///
  /// - Parameters:
  ///   - input: what has arrived and was not consumed.
  ///   - isLast: whether nothing comes after it. Go on until `finished`.
  /// - Throws: what is wrong with the body. Then the parser is at its end, and throws that again.
  public mutating func next(
    _ input: Span<UInt8>, isLast: Bool = false, data take: (Span<UInt8>) -> Int
  ) throws(MultipartError) -> MultipartStep {
    if let error { throw error }
    var position = 0
    do throws(MultipartError.Reason) {
      while true {
        if let event = try advance(input, &position, isLast, take) {
          offset &+= UInt64(position)
          return MultipartStep(consumed: position, event: event)
        }
      }
    } catch {
      let failure = MultipartError(error, offset: offset &+ UInt64(position), part: partCount)
      self.error = failure
      throw failure
    }
  }

  /// Goes on to the next place, or returns an event.
  private mutating func advance(
    _ input: Span<UInt8>, _ position: inout Int, _ isLast: Bool, _ take: (Span<UInt8>) -> Int
  ) throws(MultipartError.Reason) -> MultipartEvent? {
    if !released.isEmpty {
      released.removeFirst(bytes: take(released.span))
      if !released.isEmpty { return .dataWaits }
    }
    guard position < input.count else { return isLast ? try readEnd() : .needsInput }
    switch place {
    case .preamble, .data: return try readData(input, &position, take)
    case .lineEnd: return try readLineEnd(input, &position)
    case .headers: return try readHeaders(input, &position)
    case .epilogue:
      try countOutside(input.count - position, limits.epilogueBytes, .epilogueTooLong)
      position = input.count
      return nil
    }
  }

  /// At the end of the body.
  private mutating func readEnd() throws(MultipartError.Reason) -> MultipartEvent? {
    switch place {
    case .preamble: throw .boundaryMissing
    case .headers, .data: throw .unexpectedEnd
    case .lineEnd:
      guard lineEnd.canEnd else { throw .unexpectedEnd }
      return try endLine()
    case .epilogue: return .finished
    }
  }

  private mutating func countOutside(
    _ count: Int, _ limit: Int, _ reason: MultipartError.Reason
  ) throws(MultipartError.Reason) {
    outsideByteCount += count
    guard outsideByteCount <= limit else { throw reason }
  }

  // MARK: Data and the preamble

  private mutating func readData(
    _ input: Span<UInt8>, _ position: inout Int, _ take: (Span<UInt8>) -> Int
  ) throws(MultipartError.Reason) -> MultipartEvent? {
    if matched > 0 {
      try readDelimiter(input, &position)
      return nil
    }
    var result = DelimiterSearch.Result.none
    if known == 0 {
      result = search.find(in: input, from: position)
      while case .whole(let index) = result {
        let lineEnd = index + search.delimiter.count
        guard BoundaryLineEnd.isRuledOut(input, at: lineEnd) else { break }
        result = search.find(in: input, from: lineEnd)
      }
    }
    let end =
      switch result {
      case .none: known > 0 ? min(position + known, input.count) : input.count
      case .whole(let index), .partial(let index): index
      }
    if place == .data, end > position {
      let taken = take(input.extracting(position..<end))
      position += min(max(taken, 0), end - position)
      known = end - position
      if known > 0 { return .dataWaits }
    } else {
      try countOutside(end - position, limits.preambleBytes, .preambleTooLong)
      position = end
    }
    switch result {
    case .none: break
    case .whole:
      matched = search.delimiter.count
      position += matched
      beginLineEnd()
    case .partial:
      matched = input.count - position
      position = input.count
    }
    return nil
  }

  /// Compares on after a part of the delimiter.
  private mutating func readDelimiter(
    _ input: Span<UInt8>, _ position: inout Int
  ) throws(MultipartError.Reason) {
    let count = search.matches(input, at: position, from: matched)
    if matched + count == search.delimiter.count {
      matched += count
      position += count
      beginLineEnd()
    } else if position + count == input.count {
      matched += count
      position += count
    } else {
      // The bytes that have matched now are searched again: they have no CR except perhaps the first.
      try release()
    }
  }

  /// What was held back is data, or belongs to the preamble.
  private mutating func release() throws(MultipartError.Reason) {
    let count = matched - assumed + tail.count
    if isInPart {
      released = [UInt8](search.delimiter[assumed..<matched])
      released += tail
    } else {
      try countOutside(count, limits.preambleBytes, .preambleTooLong)
    }
    (matched, assumed) = (0, 0)
    tail = []
    place = isInPart ? .data : .preamble
  }

  // MARK: Boundary lines

  private mutating func beginLineEnd() {
    isInPart = place == .data
    lineEnd = BoundaryLineEnd()
    place = .lineEnd
  }

  private mutating func readLineEnd(
    _ input: Span<UInt8>, _ position: inout Int
  ) throws(MultipartError.Reason) -> MultipartEvent? {
    while position < input.count {
      let byte = input[position]
      guard lineEnd.accepts(byte) else {
        try release()
        return nil
      }
      position += 1
      if lineEnd.isComplete { return try endLine() }
      guard tail.count < MultipartLimits.paddingBytes else { throw .paddingTooLong }
      tail.append(byte)
    }
    return nil
  }

  private mutating func endLine() throws(MultipartError.Reason) -> MultipartEvent? {
    guard !isInPart || assumed == 0 else { throw .boundaryInHeaders }
    let isLast = lineEnd.isLast
    tail = []
    (matched, assumed) = (0, 0)
    outsideByteCount = 0
    if isLast {
      place = .epilogue
    } else {
      guard partCount < limits.partCount else { throw .tooManyParts }
      partCount += 1
      headers = PartHeaders()
      (headerCount, headerByteCount) = (0, 0)
      place = .headers
    }
    return isInPart ? .partEnded : nil
  }

  // MARK: Headers

  private mutating func readHeaders(
    _ input: Span<UInt8>, _ position: inout Int
  ) throws(MultipartError.Reason) -> MultipartEvent? {
    let end = input.first(0x0a, in: position..<input.count)
    let next = end.map { $0 + 1 } ?? input.count
    headerByteCount += next - position
    guard headerByteCount <= limits.headerBytes else { throw .headersTooLong }
    line.append(copying: input.extracting(position..<(end ?? next)))
    position = next
    guard end != nil else { return nil }
    guard line.last == 0x0d else { throw .malformedHeader }
    line.removeLast()
    let complete = line
    line = []
    guard complete.isEmpty else {
      headerCount += 1
      guard headerCount <= limits.headerCount else { throw .headersTooLong }
      try headers.add(complete.span)
      return nil
    }
    let part = try headers.finish()
    headers = PartHeaders()
    place = .data
    // The line end of the headers is the one before a boundary.
    (matched, assumed, isInPart) = (2, 2, true)
    return .partBegan(part)
  }
}
