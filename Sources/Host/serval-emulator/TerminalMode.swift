// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// The terminal while a machine runs: raw, so that all keys go to the machine, and restored however the run ends.
///
/// Ctrl-C still ends the run, as does ctrl-A x, QEMU's keys for it. Ctrl-A ctrl-C types a ctrl-C, and ctrl-A
/// ctrl-A a ctrl-A.
enum TerminalMode {
  // Safety: `saved` and `isRaw` are written before the handlers that read them are installed. The flags have the
  // type that C guarantees for handlers.
  nonisolated(unsafe) private static var saved = termios()
  nonisolated(unsafe) private static var isRaw = false
  nonisolated(unsafe) private(set) static var wasInterrupted: sig_atomic_t = 0
  nonisolated(unsafe) private static var isAskedForStatistics: sig_atomic_t = 0

  /// Whether standard input is a terminal.
  static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// Whether SIGUSR1 has arrived since the last call.
  static func takeStatisticsRequest() -> Bool {
    guard isAskedForStatistics != 0 else { return false }
    isAskedForStatistics = 0
    return true
  }

  /// Makes the terminal raw and installs the signal handlers.
  static func enter() {
    var ask = sigaction()
    ask.__sigaction_handler.sa_handler = { _ in TerminalMode.isAskedForStatistics = 1 }
    sigaction(SIGUSR1, &ask, nil)
    // The parent process may have blocked them.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    sigprocmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in
        // A second signal ends the process at once.
        if TerminalMode.wasInterrupted != 0 {
          TerminalMode.restore()
          _exit(130)
        }
        TerminalMode.wasInterrupted = 1
      }
      sigaction(number, &action, nil)
    }
    guard isTerminal, tcgetattr(STDIN_FILENO, &saved) == 0 else { return }
    var raw = saved
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    raw.c_iflag &= ~tcflag_t(ICRNL | IXON)
    isRaw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0
    atexit { TerminalMode.restore() }
  }

  /// Restores the terminal's settings; safe in a signal handler.
  static func restore() {
    guard isRaw else { return }
    isRaw = false
    tcsetattr(STDIN_FILENO, TCSANOW, &saved)
  }
}

/// Interprets ctrl-A in typed bytes as the escape key of the emulator.
struct EscapedKeys {
  private var isEscaped = false
  /// Whether ctrl-A x was typed.
  private(set) var asksToEnd = false

  /// - Returns: the bytes for the machine.
  mutating func unescape(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    for byte in bytes {
      if isEscaped {
        isEscaped = false
        if byte == UInt8(ascii: "x") || byte == UInt8(ascii: "X") {
          asksToEnd = true
        } else {
          result.append(byte)
        }
      } else if byte == 1 {
        isEscaped = true
      } else {
        result.append(byte)
      }
    }
    return result
  }
}
