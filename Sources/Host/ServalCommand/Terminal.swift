// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc

/// Standard output and standard error, and the decision about colour.
enum Terminal {
  static func print(_ text: String) { write(text, to: STDOUT_FILENO) }
  static func printError(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Prints the errors that end a command to standard error.
  static func reportErrors(_ findings: [Finding]) {
    let renderer = FindingRenderer(format: .text, colour: usesColour(STDERR_FILENO))
    printError(renderer.render(findings))
  }

  static var outputUsesColour: Bool { usesColour(STDOUT_FILENO) }

  /// Columns of the terminal on standard output; nil if it is not a terminal.
  static var width: Int? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// https://no-color.org: any value but the empty one disables colour.
  private static func usesColour(_ descriptor: Int32) -> Bool {
    if let value = Environment["NO_COLOR"], !value.isEmpty { return false }
    return isatty(descriptor) == 1 && Environment["TERM"] != "dumb"
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // A reader that has closed its end, such as head, is not worth an error.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

/// The process's environment variables.
enum Environment {
  static subscript(name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Values by name, for those of `names` that are set.
  static func values(of names: some Sequence<String>) -> [String: String] {
    names.reduce(into: [:]) { $0[$1] = self[$1] }
  }
}
