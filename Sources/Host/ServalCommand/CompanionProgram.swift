// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Diagnostics
import Glibc
import HostIO

/// A program that `serval` starts: where an environment variable says, beside this one, or on PATH.
struct CompanionProgram: Hashable {
  let name: String
  /// The environment variable with its path.
  let variable: String

  /// Runs images. It is not a library of this program because it has another licence.
  static let emulator = CompanionProgram(name: "serval-emulator", variable: "SERVAL_EMULATOR")
  /// Makes and reads certificates. It is not a library of this program because of the time that it
  /// takes to build.
  static let certificates = CompanionProgram(
    name: "serval-certificates", variable: "SERVAL_CERTIFICATES")

  /// Replaces this process with the program, which keeps its terminal and signals.
  func start(_ arguments: [String]) throws -> Never {
    let program = path() ?? name
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    execvp(program, &words)
    throw CompanionMissing(program: self, path: program, errno: errno)
  }

  /// Runs the program and returns what it prints, of which no file keeps a copy. Its errors appear on standard error.
  ///
  /// - Throws: `CompanionMissing`, and `ExitCode` if the program reports errors.
  func readSecret(_ arguments: [String]) throws -> [UInt8] {
    let program = path() ?? name
    let result: (status: Int32, output: [UInt8])
    do throws(SubprocessError) {
      result = try Subprocess.readSecret([program] + arguments)
    } catch {
      let errno = if case .failed(_, let errno) = error { errno } else { ENOENT }
      throw CompanionMissing(program: self, path: program, errno: errno)
    }
    if result.status != 0 { throw ExitCode(2) }
    return result.output
  }

  private func path() -> String? {
    if let path = Environment[variable], !path.isEmpty { return path }
    guard let own = Files.absolutePath("/proc/self/exe"), let slash = own.lastIndex(of: "/")
    else { return nil }
    let beside = "\(own[..<slash])/\(name)"
    return Files.exists(beside) ? beside : nil
  }
}

struct CompanionMissing: DiagnosableError, Hashable {
  var program: CompanionProgram
  var path: String
  var errno: Int32

  var findings: [Finding] {
    [
      Finding(
        rule: "missing-program", "cannot start '\(path)': \(systemText(errno))",
        fix: "build it with 'swift build --product \(program.name)', "
          + "or name it in \(program.variable)")
    ]
  }
}
