// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// Rows in aligned columns, separated by two spaces.
struct TextTable {
  enum Alignment {
    case left
    case right
  }

  private let alignments: [Alignment]
  /// The column that shrinks to fit a width.
  private let elastic: Int?
  private var rows: [[String]] = []

  init(_ alignments: [Alignment], elastic: Int? = nil) {
    self.alignments = alignments
    self.elastic = elastic
  }

  /// Adds a row; missing cells are empty, surplus ones ignored.
  mutating func add(_ row: [String]) {
    let padded =
      row.map(printable) + Array(repeating: "", count: max(0, alignments.count - row.count))
    rows.append(Array(padded.prefix(alignments.count)))
  }

  func text(indent: Int, width: Int? = nil) -> String {
    var widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    if let width, let elastic, elastic < widths.count {
      let others = widths.enumerated().reduce(0) { $0 + ($1.offset == elastic ? 0 : $1.element) }
      let room = width - indent - others - 2 * (widths.count - 1)
      // A shorter name would be useless, so rather exceed the width.
      widths[elastic] = min(widths[elastic], max(room, 16))
    }
    return rows.map { row in
      var line = String(repeating: " ", count: indent)
      for (column, cell) in row.enumerated() {
        let shown = shortened(cell, to: widths[column])
        let gap = String(repeating: " ", count: widths[column] - shown.count)
        line += (alignments[column] == .left ? shown + gap : gap + shown) + "  "
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

/// Shortens a text in its middle, because the names in a layout differ at their ends.
func shortened(_ text: String, to width: Int) -> String {
  if text.count <= width { return text }
  let kept = max(0, width - 3)
  return text.prefix(kept / 2) + "..." + text.suffix(kept - kept / 2)
}
