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

  @Test func examplesAreInTheDocument() throws {
    let document = read("docs/web-programs.md")
    for (file, start) in [
      ("GuestBook", "final class"), ("Library", "enum Colour"), ("Echo", "func addEcho"),
    ] {
      let source = read("Tests/HTTPTests/\(file).swift")
      let place = try #require(source.firstRange(of: start))
      #expect(document.contains(source[place.lowerBound...]), "\(file)")
    }
  }

  @Test func libraryRuns() {
    var router = Router()
    Library().addRoutes(to: &router)
    #expect(ask(router, "/books/7") == "200 Emil" && ask(router, "/books/9").hasPrefix("404 "))
    #expect(ask(router, "/books?colour=red") == "200 Page 1 of the red books\n")
    #expect(ask(router, "/books?colour=blue").hasPrefix("400 "))
    #expect(ask(router, "/admin/books/7", method: "DELETE").hasPrefix("403 "))
    let deleted = askWhole(router, "/admin/books/7?key=1", method: "DELETE")
    #expect(deleted.hasPrefix("HTTP/1.1 204 "))
    #expect(deleted.contains("\r\nCache-Control: no-store\r\n"))
    #expect(ask(router, "/admin/?key=1") == "404 Nothing to administer here.\n")
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
