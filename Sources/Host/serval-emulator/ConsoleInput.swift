// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Emulator
import Glibc
import HostIO

/// The source of typed bytes.
///
/// A file, or standard input that is not a terminal, is read to its end before the machine starts, so that a run
/// depends on the bytes and not on when they arrive. A terminal is read while the machine runs.
struct ConsoleInput {
  /// Whether input is read while the machine runs.
  let isInteractive: Bool
  /// Read before the machine starts, and not yet typed.
  private var initial: [UInt8] = []
  private var keys = EscapedKeys()
  /// Whether no more input can come.
  private(set) var isAtEnd: Bool

  init(_ options: RunOptions) throws {
    if let file = options.inputFile {
      isInteractive = false
      initial = try Files.read(file)
    } else {
      isInteractive = TerminalMode.isTerminal || options.isRealTime || options.hasRealNetwork
      if !isInteractive { initial = try Files.read("-") }
    }
    isAtEnd = !isInteractive
  }

  /// Whether the user has typed the key sequence that ends the run.
  var asksToEnd: Bool { keys.asksToEnd }

  /// Returns what was read before the machine starts, once.
  mutating func removeInitial() -> [UInt8] {
    defer { initial = [] }
    return initial
  }

  /// Nanoseconds below which it does not sleep, as the host's timers are not more precise.
  private static let shortestSleep: UInt64 = 50_000
  private static let millisecond: UInt64 = 1_000_000

  /// Polls the keyboard and the network once and passes what arrived to the machine. A wait of less than a
  /// millisecond, the unit of `poll`, is slept separately.
  ///
  /// - Parameter wait: the longest wait in nanoseconds.
  mutating func poll(for machine: Machine, waiting wait: UInt64) {
    var timeout = UInt32(min(wait / Self.millisecond, 1000))
    var descriptors = machine.descriptors(timeout: &timeout)
    let networkCount = descriptors.count
    if !isAtEnd {
      descriptors.append(pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0))
    }
    let ready = Glibc.poll(&descriptors, nfds_t(descriptors.count), Int32(timeout))
    if ready < 0 { return }
    machine.handle(Array(descriptors.prefix(networkCount)))
    if !isAtEnd, let typed = descriptors.last, typed.revents != 0 { readTyped(for: machine) }
    if ready == 0, Self.shortestSleep..<Self.millisecond ~= wait { usleep(UInt32(wait / 1000)) }
  }

  private mutating func readTyped(for machine: Machine) {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
    if count > 0 {
      let typed = Array(bytes.prefix(count))
      machine.console.type(TerminalMode.isTerminal ? keys.unescape(typed) : typed)
    } else if count == 0 || errno != EINTR {
      isAtEnd = true
    }
  }
}
