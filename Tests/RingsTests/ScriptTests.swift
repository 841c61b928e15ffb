// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Testing

/// Checks that are separate programs, run with the other tests.
@Suite struct ScriptTests {
  private static let tests = "\(#filePath)".dropLast("/RingsTests/ScriptTests.swift".count)

  private static func isInstalled(_ program: String) -> Bool {
    system("command -v \(program) >/dev/null") == 0
  }

  // Spin is a Debian package that may not be installed.
  @Test(.enabled(if: isInstalled("spin"))) func modelOfSignalling() {
    #expect(system("'\(Self.tests)/Models/check' >&2") == 0)
  }

  // The compiler that built the tests may not be in the search path.
  @Test(.enabled(if: isInstalled("swiftc"))) func modulesCompileForTheTarget() {
    #expect(system("'\(Self.tests)/Embedded/check' >&2") == 0)
  }
}
