// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc
import HostIO

/// The program that runs images: where SERVAL_EMULATOR says, beside this one, or on PATH. It is not
/// a library of this program, because it has another licence.
enum EmulatorProgram {
  static let name = "serval-emulator"

  /// Replaces this process with the emulator, which keeps its terminal and signals.
  static func start(_ arguments: [String]) throws -> Never {
    let program = path() ?? name
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    execvp(program, &words)
    throw EmulatorMissing(program: program, errno: errno)
  }

  private static func path() -> String? {
    if let path = Environment["SERVAL_EMULATOR"], !path.isEmpty { return path }
    guard let own = Files.absolutePath("/proc/self/exe"), let slash = own.lastIndex(of: "/")
    else { return nil }
    let beside = "\(own[..<slash])/\(name)"
    return Files.exists(beside) ? beside : nil
  }
}

struct EmulatorMissing: DiagnosableError, Hashable {
  var program: String
  var errno: Int32

  var findings: [Finding] {
    [
      Finding(
        rule: "missing-program", "cannot start '\(program)': \(systemText(errno))",
        fix: "build it with 'swift build --product \(EmulatorProgram.name)', "
          + "or name it in SERVAL_EMULATOR")
    ]
  }
}
