// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Standard input and output while a machine runs. A terminal is made raw, so that every key goes to
/// the machine, and is restored however the run ends.
///
/// Signals keep their keys: ctrl-C ends the run. What has to reach the machine as ctrl-C is typed as
/// ctrl-A ctrl-C; ctrl-A x ends the run as in QEMU, ctrl-A ctrl-A is one ctrl-A.
enum TerminalMode {
  // Written before handlers are installed, read by them.
  nonisolated(unsafe) private static var saved = termios()
  nonisolated(unsafe) private static var isRaw = false
  nonisolated(unsafe) private(set) static var wasInterrupted: sig_atomic_t = 0
  nonisolated(unsafe) private static var isAskedForStatistics: sig_atomic_t = 0

  static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// Whether SIGUSR1 has come since this was asked last.
  static func takeStatisticsRequest() -> Bool {
    guard isAskedForStatistics != 0 else { return false }
    isAskedForStatistics = 0
    return true
  }

  static func enter() {
    var ask = sigaction()
    ask.__sigaction_handler.sa_handler = { _ in TerminalMode.isAskedForStatistics = 1 }
    sigaction(SIGUSR1, &ask, nil)
    // Whoever started this may have blocked them.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    sigprocmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in
        // The second one does not wait for the machine to notice.
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

  static func restore() {
    guard isRaw else { return }
    isRaw = false
    tcsetattr(STDIN_FILENO, TCSANOW, &saved)
  }
}

/// What is typed, with ctrl-A taken as the key that talks to the emulator.
struct EscapedKeys {
  private var isEscaped = false
  private(set) var asksToEnd = false

  /// - Returns: what goes to the machine.
  mutating func take(_ bytes: some Sequence<UInt8>) -> [UInt8] {
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
