// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// The Date field's line, written anew when the second changes.
final class DateText {
  private var seconds: Int64?
  private var line: [UInt8] = []

  func line(_ date: Int64) -> [UInt8] {
    if date != seconds {
      seconds = date
      line = []
      line.append("Date: ")
      HTTPDate.append(date, to: &line)
      line.append("\r\n")
    }
    return line
  }
}
