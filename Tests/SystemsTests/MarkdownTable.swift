// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A table of a Markdown document.
struct MarkdownTable {
  struct Row {
    var cells: [String]

    /// The first cell, read as a list with commas.
    var names: [String] {
      cells[0].replacing("`", with: "").split(separator: ",").map(MarkdownTable.trimmed)
    }

    /// The cells in `range`; fewer where the row ends early.
    func values(_ range: Range<Int>) -> [String] {
      Array(cells.dropFirst(range.lowerBound).prefix(range.count))
    }
  }

  var rows: [Row] = []

  private static func trimmed(_ text: Substring) -> String {
    guard let first = text.firstIndex(where: { $0 != " " }),
      let last = text.lastIndex(where: { $0 != " " })
    else { return "" }
    return String(text[first...last])
  }

  /// The first table whose first column has the heading `heading`; empty if there is none.
  init(in text: String, headed heading: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("| \(heading) |") }) else { return }
    for line in lines[(start + 2)...] {
      guard line.hasPrefix("|") else { break }
      let cells = line.dropFirst().dropLast().split(
        separator: "|", omittingEmptySubsequences: false)
      rows.append(Row(cells: cells.map(Self.trimmed)))
    }
  }
}
