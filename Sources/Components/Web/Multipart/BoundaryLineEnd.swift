// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What follows a delimiter in a boundary line: `--` in the last one, spaces or tabs, and CR LF (RFC 2046 section 5.1.1).
struct BoundaryLineEnd: Equatable {
  private var dashes = 0
  private var hasBlanks = false
  private var hasReturn = false
  /// Whether the line is complete.
  private(set) var isComplete = false

  /// Whether this is the line of the last boundary.
  var isLast: Bool { dashes == 2 }
  /// Whether the line would be complete if the body ended here: the line end of the last line may be missing.
  var canEnd: Bool { isLast && !hasReturn }

  /// Takes the next byte. Returns false if no boundary line has it there.
  mutating func accepts(_ byte: UInt8) -> Bool {
    if hasReturn {
      isComplete = byte == 0x0a
      return isComplete
    }
    switch byte {
    case 0x2d:
      dashes += 1
      return dashes <= 2 && !hasBlanks
    case 0x0d: hasReturn = true
    case 0x20, 0x09: hasBlanks = true
    default: return false
    }
    return dashes != 1
  }

  /// Whether the bytes at `index` cannot be the end of a boundary line. False if that depends on bytes behind the span.
  static func isRuledOut(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    var line = BoundaryLineEnd()
    var index = index
    let end = min(bytes.count, index + MultipartLimits.paddingBytes)
    while index < end, !line.isComplete {
      guard line.accepts(bytes[index]) else { return true }
      index += 1
    }
    return false
  }
}
