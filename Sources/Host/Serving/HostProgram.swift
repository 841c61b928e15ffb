// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// What a server on this machine has from its command line and its terminal.
public enum HostProgram {
  static let defaultPort: UInt16 = 5555

  /// The program's file name.
  static var name: String {
    CommandLine.arguments.first?.split(separator: "/").last.map { String($0) } ?? "server"
  }

  /// The port that the arguments name; nil if they are malformed.
  static func port(in arguments: [String]) -> UInt16? {
    if arguments.isEmpty { return defaultPort }
    let words = arguments.flatMap { $0.split(separator: "=", maxSplits: 1) }
    guard words.count == 2, words[0] == "--port", let port = UInt16(words[1]), port > 0 else {
      return nil
    }
    return port
  }

  /// Prints a line on standard output at once.
  public static func show(_ line: String) {
    print(line)
    fflush(nil)
  }

  /// Prints a line on standard error.
  public static func complain(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }

  static func stop(_ message: String, status: Int32) -> Never {
    complain(message)
    exit(status)
  }
}
