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
      isInteractive = TerminalMode.isTerminal || options.isRealTime || options.hasRealNetwork
      if !isInteractive { first = try Files.read("-") }
    }
    isAtEnd = !isInteractive
  }

  var asksToEnd: Bool { keys.asksToEnd }

  mutating func everythingNow() -> [UInt8] {
    defer { first = [] }
    return first
  }

  /// Nanoseconds that are not worth sleeping for: the host's timers are no more exact.
  private static let shortestSleep: UInt64 = 50_000
  private static let millisecond: UInt64 = 1_000_000

  /// Waits for something typed, or for the network, and hands it over. The last millisecond is waited for
  /// alone, as `poll` counts in milliseconds.
  ///
  /// - Parameter waiting: nanoseconds at most.
  mutating func take(waiting: UInt64, for machine: Machine) {
    var timeout = UInt32(min(waiting / Self.millisecond, 1000))
    var descriptors = machine.descriptors(timeout: &timeout)
    let networkCount = descriptors.count
    if !isAtEnd {
      descriptors.append(pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0))
    }
    let ready = poll(&descriptors, nfds_t(descriptors.count), Int32(timeout))
    if ready < 0 { return }
    machine.handle(Array(descriptors.prefix(networkCount)))
    if !isAtEnd, let typed = descriptors.last, typed.revents != 0 { readTyped(for: machine) }
    if ready == 0, Self.shortestSleep..<Self.millisecond ~= waiting {
      usleep(UInt32(waiting / 1000))
    }
  }

  private mutating func readTyped(for machine: Machine) {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
    if count > 0 {
      let typed = Array(bytes.prefix(count))
      machine.console.type(TerminalMode.isTerminal ? keys.take(typed) : typed)
    } else if count == 0 || errno != EINTR {
      isAtEnd = true
    }
  }
}
