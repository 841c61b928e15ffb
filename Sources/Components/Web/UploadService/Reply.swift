// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP

/// A short answer: a line of text, or a page for people.
struct Reply {
  let head: ResponseHead
  let body: [UInt8]

  /// - Parameter isPage: whether a browser shows the answer in place of the page with the form.
  init(_ problem: UploadProblem, isPage: Bool) {
    var body: [UInt8] = []
    if isPage {
      Self.append(page: problem, to: &body)
    } else {
      body.append(problem.text)
      body.append("\n")
    }
    self.init(problem.status, body, isPage: isPage, comesAgain: problem == .busy)
  }

  /// A line of text with status 200.
  init(line: [UInt8]) { self.init(.ok, line, isPage: false) }

  /// - Parameter comesAgain: whether to try again soon.
  private init(_ status: Status, _ body: [UInt8], isPage: Bool, comesAgain: Bool = false) {
    var head = ResponseHead(status, length: .known(UInt64(body.count)))
    head.add("Content-Type", isPage ? "text/html; charset=utf-8" : "text/plain; charset=utf-8")
    head.add("Cache-Control", "no-store")
    if comesAgain { head.add("Retry-After", "2") }
    UploadService.addSafety(to: &head)
    (self.head, self.body) = (head, body)
  }

  /// The reply to a request of which nothing was read.
  var answer: Answer { .respond(Response(head, body: .bytes(body))) }

  private static func append(page problem: UploadProblem, to body: inout [UInt8]) {
    body.append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n")
    body.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
    body.append(problem.status.phrase)
    body.append(
      "</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n<link rel=\"icon\" href=\"data:,\">\n<main>\n<h1>"
    )
    body.append(problem.status.phrase)
    body.append("</h1>\n<p>")
    body.append(problem.text)
    body.append("</p>\n<p><a href=\"/\">Back to the file selection</a></p>\n</main>\n</html>\n")
  }
}

/// Sends a reply in an exchange whose response has not begun.
struct ReplyWriter {
  private let reply: Reply
  private var written = 0

  init(_ reply: Reply) { self.reply = reply }

  mutating func step(_ exchange: inout Exchange) -> StreamStep {
    exchange.head = reply.head
    while written < reply.body.count {
      let count = exchange.write(reply.body.span.extracting(written..<reply.body.count))
      guard count > 0 else { return .wait }
      written += count
    }
    return .end
  }
}
