// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Looks for the end of a head while its bytes arrive; each byte is looked at once.
///
/// Line ends are CR LF and nothing else. RFC 9112 section 2.2 lets a recipient take a bare LF for
/// one; this one does not, as others in front of it may not.
struct HeadScanner {
  private var position = 0
  private var lineStart = 0
  private var isFirstLine = true
  private(set) var lineCount = 0
  /// Empty lines before the head, which are not part of it (RFC 9112 section 2.2).
  private(set) var start = 0
  // Bytes of those that are no longer in the input.
  private let emptyBytes: Int
  private var afterReturn = false

  /// - Parameter emptyBytes: of empty lines before the head that were taken off the input.
  init(emptyBytes: Int = 0) { self.emptyBytes = emptyBytes }

  /// The same behind the empty lines, which are to be taken off the input.
  var withoutEmptyLines: HeadScanner { HeadScanner(emptyBytes: emptyBytes + start) }

  /// The offset behind the head's empty line once that is there; nil before.
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

  /// A line ended behind CR LF at `position`: whether that ends the head.
  private mutating func endLine(_ limits: Limits) throws(RequestError) -> Bool {
    let isEmpty = position - lineStart == 2
    lineStart = position
    if isFirstLine {
      if isEmpty {
        // Some clients send an empty line behind a body; a flood of them is something else.
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

  /// Whether nothing but empty lines has come.
  var isUntouched: Bool { position == start && !afterReturn }
}
