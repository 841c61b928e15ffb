// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Finds the end of a head as its bytes arrive. It examines each byte once.
///
/// Lines end in CR LF. RFC 9112 section 2.2 allows a recipient to accept a bare LF as a line end;
/// this one does not, as a proxy in front of it may not.
struct HeadScanner {
  private var position = 0
  private var lineStart = 0
  private var isFirstLine = true
  private(set) var lineCount = 0
  /// Where the head begins: behind empty lines, which are not part of it (RFC 9112 section 2.2).
  private(set) var start = 0
  // Bytes of such lines that have been dropped from the input.
  private let emptyBytes: Int
  private var afterReturn = false

  /// - Parameter emptyBytes: bytes of empty lines before the head that were dropped from the input.
  init(emptyBytes: Int = 0) { self.emptyBytes = emptyBytes }

  /// A scanner for the input without the empty lines, which the caller drops.
  var withoutEmptyLines: HeadScanner { HeadScanner(emptyBytes: emptyBytes + start) }

  /// Scans what has arrived. Returns the offset of the head's end, or nil until it has arrived.
  @_optimize(speed)
  mutating func scan(
    _ input: Span<UInt8>, _ limits: Limits
  ) throws(RequestError) -> Int? {
    while position < input.count {
      if afterReturn {
        guard input[position] == 0x0a else { throw .strayControlCharacter }
        position += 1
        afterReturn = false
        if try endLine(limits) { return position }
        continue
      }
      let control = input.firstControl(in: position..<input.count)
      position = control ?? input.count
      if isFirstLine, position - lineStart > limits.requestLineBytes { throw .requestLineTooLong }
      guard control != nil else { break }
      guard input[position] == 0x0d || input[position] == 0x09 else { throw .strayControlCharacter }
      afterReturn = input[position] == 0x0d
      position += 1
    }
    if position >= limits.headBytes { throw .fieldsTooLarge }
    return nil
  }

  /// A line has ended in front of `position`. Returns whether that ends the head.
  private mutating func endLine(_ limits: Limits) throws(RequestError) -> Bool {
    let isEmpty = position - lineStart == 2
    lineStart = position
    if isFirstLine {
      if isEmpty {
        // Some clients send an empty line behind a body. Four are accepted.
        guard emptyBytes + position <= 8 else { throw .malformedRequestLine }
        start = position
        return false
      }
      isFirstLine = false
      return false
    }
    if isEmpty { return true }
    lineCount += 1
    guard lineCount <= limits.fieldCount else { throw .fieldsTooLarge }
    return false
  }

  /// Whether nothing has arrived.
  var isFresh: Bool { position == 0 && emptyBytes == 0 }

  /// Whether nothing but empty lines has arrived.
  var isUntouched: Bool { position == start && !afterReturn }
}
