// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

extension SourceLocation {
  /// The position of a byte, counted from 0, in a file with these bytes.
  public init(ofByte offset: Int, in bytes: [UInt8], file: String) {
    self.init(file: file, line: 1, column: 1)
    for byte in bytes[..<min(offset, bytes.count)] {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xc0 != 0x80 {
        // Columns count characters: a continuation byte belongs to the one before it.
        column += 1
      }
    }
  }

  /// The byte at this position of a file with these bytes; the last one if the file is shorter.
  public func byteOffset(in bytes: [UInt8]) -> Int {
    var (line, column) = (1, 1)
    for (offset, byte) in bytes.enumerated() {
      let isContinuation = byte & 0xc0 == 0x80
      if line > self.line || line == self.line && column >= self.column && !isContinuation {
        return offset
      }
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if !isContinuation {
        column += 1
      }
    }
    return bytes.count
  }
}
