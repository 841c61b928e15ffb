// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Multipart

/// A second parser of bodies, which has the whole body at hand and looks for a boundary line at each byte.
struct WholeBodyParser {
  private let text: [UInt8]
  private let delimiter: [UInt8]

  private init(_ body: [UInt8], _ boundary: String) {
    // The body's beginning is that of a line.
    text = [13, 10] + body
    delimiter = Array("\r\n--\(boundary)".utf8)
  }

  private struct Line {
    var start: Int
    var end: Int
    var isLast: Bool
  }

  /// The boundary line that begins at `start` with the CR LF before it.
  private func line(at start: Int) -> Line? {
    guard text[start...].starts(with: delimiter) else { return nil }
    var end = start + delimiter.count
    let isLast = text[end...].starts(with: [45, 45])
    if isLast { end += 2 }
    while end < text.count, text[end] == 32 || text[end] == 9 { end += 1 }
    if text[end...].starts(with: [13, 10]) {
      return Line(start: start, end: end + 2, isLast: isLast)
    }
    return isLast && end == text.count ? Line(start: start, end: end, isLast: true) : nil
  }

  private func line(from start: Int) -> Line? {
    for index in start..<max(text.count, start) { if let line = line(at: index) { return line } }
    return nil
  }

  /// Offsets of the data of each part, and of its headers; nil if the body is not divided as it should be.
  private func parts() -> [(headers: Range<Int>, data: Range<Int>)]? {
    guard var line = line(from: 0) else { return nil }
    var parts: [(Range<Int>, Range<Int>)] = []
    while !line.isLast {
      var end = line.end
      while !text[end...].starts(with: [13, 10, 13, 10]) {
        // A part without headers has no disposition either.
        guard end < text.count, end > line.end || !text[end...].starts(with: [13, 10]) else {
          return nil
        }
        end += 1
      }
      guard let next = self.line(from: end + 2), next.start >= end + 4 else { return nil }
      parts.append((line.end..<end, end + 4..<next.start))
      line = next
    }
    return parts
  }

  /// The data of the body's parts; nil if the body is malformed, apart from what its headers say.
  static func data(_ body: [UInt8], _ boundary: String) -> [[UInt8]]? {
    let parser = WholeBodyParser(body, boundary)
    return parser.parts()?.map { Array(parser.text[$0.data]) }
  }
}
