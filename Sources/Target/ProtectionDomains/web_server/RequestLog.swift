// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Clients
import HTTP
import Networking

/// The console, and on it a line for each answered request. A class, since the server holds on to it.
final class RequestLog {
  var console: Console
  private var hasLines = false
  private var isListening = false

  init(_ console: consuming Console) { self.console = console }

  func listening(on port: UInt16) {
    guard !isListening else { return }
    isListening = true
    console.writeName()
    console.write("listening on port ")
    console.write(decimal: UInt64(port))
    console.write("\n")
    console.flush()
  }

  /// Whole lines only: a line that the console has no room for is left out.
  func note(_ entry: AccessLogEntry) {
    let line = entry.line
    guard console.hasRoom(for: line.count + 1) else { return }
    console.write(line.span)
    console.write(10)
    hasLines = true
  }

  func flush() {
    guard hasLines else { return }
    hasLines = false
    console.flush()
  }
}
