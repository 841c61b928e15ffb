// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import HTTP
import Testing

@Suite struct DocumentationTests {
  private func read(_ path: String) -> String {
    let root = #filePath.dropLast("Tests/HTTPTests/DocumentationTests.swift".count)
    guard let file = fopen("\(root)\(path)", "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { return text(bytes) }
      bytes += buffer[..<count]
    }
  }

  /// docs/request-smuggling.md has a line for each tested case, and no others. The message shows the
  /// lines that it should have.
  @Test func everySmugglingCase() {
    let document = read("docs/request-smuggling.md")
    let cases = SmugglingTests.requestLines + SmugglingTests.cases + SmugglingTests.chunks
    let expected = cases.map { example in
      let request = example.request.debugDescription.dropFirst().dropLast()
        .replacing("|", with: "\\|").replacing("\\'", with: "'")
      return "| \(example.name) | `\(request)` | \(example.status) |"
    }
    let lines = document.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("| ") && !$0.hasPrefix("| case ")
    }
    #expect(lines == expected, "\(expected.joined(separator: "\n"))")
  }

  @Test func exampleIsInTheDocument() throws {
    let source = read("Tests/HTTPTests/GuestBook.swift")
    let start = try #require(source.firstRange(of: "final class"))
    #expect(read("docs/web-programs.md").contains(source[start.lowerBound...]))
  }

  @Test func exampleRuns() {
    var server = HTTPServer(GuestBook().routes)
    guard let id = server.open(now: .start) else { return }
    func exchange(_ request: String) -> String {
      _ = server.receive(id, bytes(request).span, now: .start)
      let output = server.withOutput(id) { [UInt8](copying: $0) } ?? []
      server.sent(id, output.count, now: .start)
      return text(output)
    }
    #expect(exchange("GET /entries/1 HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 404 "))
    #expect(
      exchange("POST /entries HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        .hasPrefix("HTTP/1.1 201 "))
    #expect(exchange("GET /entries/1 HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("\r\n\r\nhello"))
    #expect(exchange("GET /entries/x HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 404 "))
  }
}
