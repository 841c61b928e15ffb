// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Testing

/// The checks that are programs of their own, so that they run with the others.
@Suite struct ScriptTests {
  private static let tests = "\(#filePath)".dropLast("/RingsTests/ScriptTests.swift".count)

  private static func isInstalled(_ program: String) -> Bool {
    system("command -v \(program) >/dev/null") == 0
  }

  // Spin is a Debian package, which not every machine has.
  @Test(.enabled(if: isInstalled("spin"))) func modelOfSignalling() {
    #expect(system("'\(Self.tests)/Models/check' >&2") == 0)
  }

  // The compiler that builds the tests need not be in the search path.
  @Test(.enabled(if: isInstalled("swiftc"))) func modulesCompileForTheTarget() {
    #expect(system("'\(Self.tests)/Embedded/check' >&2") == 0)
  }
}
