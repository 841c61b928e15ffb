// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Multipart
import TestSupport

/// What a parser has reported, with a part's data joined.
enum Report: Equatable {
  case part(MultipartPart)
  case data([UInt8])
  case ended
  case finished
  case error(MultipartError.Reason)
}

extension Array where Element == Report {
  mutating func add(_ data: Span<UInt8>) {
    guard !data.isEmpty else { return }
    if case .data(let before) = last {
      self[count - 1] = .data(before + [UInt8](copying: data))
    } else {
      append(.data([UInt8](copying: data)))
    }
  }
}

func boundary(_ text: String) -> MultipartBoundary {
  do { return try MultipartBoundary(Array(text.utf8)) } catch { fatalError("\(error)") }
}

/// What the parser reports of a body that arrives in the pieces that end at `ends`, and of which the caller takes what
/// `patience` says, of the number of bytes that it is offered.
func reports(
  _ body: [UInt8], _ name: String, ends: [Int] = [], limits: MultipartLimits = MultipartLimits(),
  patience: (Int) -> Int = { $0 }
) -> [Report] {
  var parser = MultipartParser(boundary(name), limits: limits)
  var reports: [Report] = []
  var start = 0
  // Bytes that were not consumed are passed again with the next piece.
  for end in ends + [body.count] {
    start += read(
      &parser, body.span.extracting(start..<end), isLast: false, &reports, patience)
    if case .error = reports.last { return reports }
  }
  _ = read(&parser, body.span.extracting(start..<body.count), isLast: true, &reports, patience)
  return reports
}

/// Reads until the parser needs input, has finished or throws. Returns how much it consumed.
private func read(
  _ parser: inout MultipartParser, _ bytes: Span<UInt8>, isLast: Bool, _ reports: inout [Report],
  _ patience: (Int) -> Int
) -> Int {
  var position = 0
  do throws(MultipartError) {
    while true {
      let rest = bytes.extracting(position..<bytes.count)
      let step = try parser.next(rest, isLast: isLast) { data in
        let count = patience(data.count)
        reports.add(data.extracting(0..<min(max(count, 0), data.count)))
        return count
      }
      position += step.consumed
      switch step.event {
      case .needsInput: return position
      case .partBegan(let part): reports.append(.part(part))
      case .dataWaits: if !isLast { return position }
      case .partEnded: reports.append(.ended)
      case .finished:
        reports.append(.finished)
        return position
      }
    }
  } catch {
    reports.append(.error(error.reason))
    return position
  }
}

func part(_ name: String, filename: String? = nil, type: String? = nil) -> Report {
  var part = MultipartPart()
  part.name = Array(name.utf8)
  part.filename = filename.map { Array($0.utf8) }
  part.type = type.map { Array($0.utf8) }
  return .part(part)
}

func data(_ text: String) -> Report { .data(Array(text.utf8)) }

/// A body of one field `a` with this data, for the boundary `b`.
func field(_ data: String) -> [UInt8] {
  Array("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\(data)\r\n--b--\r\n".utf8)
}

/// A body of one empty part with these header lines.
func headers(_ lines: String) -> [UInt8] { Array("--b\r\n\(lines)\r\n\r\n\r\n--b--\r\n".utf8) }

extension SeededGenerator {
  /// Ends of a few pieces of `count` bytes.
  mutating func ends(_ count: Int) -> [Int] {
    (0..<below(6)).map { _ in below(count + 1) }.sorted()
  }
}
