// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Emulator
import Glibc
import HostIO

/// Where typed bytes come from.
///
/// A file, or standard input that is no terminal, is read to its end before the machine starts, so that
/// a run depends on the bytes alone and not on when they come. A terminal is read while it runs.
struct ConsoleInput {
  let isInteractive: Bool
  private var first: [UInt8] = []
  private var keys = EscapedKeys()
  private(set) var isAtEnd: Bool

  init(_ options: RunOptions) throws {
    if let file = options.inputFile {
      isInteractive = false
      first = try Files.read(file)
    } else {
      isInteractive = TerminalMode.isTerminal || options.isRealTime
      if !isInteractive { first = try Files.read("-") }
    }
    isAtEnd = !isInteractive
  }

  var asksToEnd: Bool { keys.asksToEnd }

  mutating func everythingNow() -> [UInt8] {
    defer { first = [] }
    return first
  }

  /// Types what has come since; never says that the run should stop.
  mutating func poll(for machine: Machine) -> Bool {
    take(waiting: 0, for: machine)
    return false
  }

  /// - Parameter waiting: milliseconds; -1 is for ever.
  mutating func take(waiting: Int32, for machine: Machine) {
    guard !isAtEnd else {
      if waiting != 0 { Glibc.poll(nil, 0, waiting) }
      return
    }
    var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&descriptor, 1, waiting) > 0 else { return }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
    if count > 0 {
      let typed = TerminalMode.isTerminal ? keys.take(bytes.prefix(count)) : Array(bytes.prefix(count))
      machine.console.type(typed)
    } else if count == 0 || errno != EINTR {
      isAtEnd = true
    }
  }
}
