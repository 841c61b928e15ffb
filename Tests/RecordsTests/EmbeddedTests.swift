// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import Testing

/// The compiler on the search path, if it can build for protection domains.
private let embeddedIsAvailable: Bool = {
  let arguments = ["swiftc", "-target", "aarch64-none-none-elf", "-print-target-info"]
  let flags = ["-enable-experimental-feature", "Embedded"]
  guard let result = try? Subprocess.run(arguments + flags) else { return false }
  return result.status == 0
}()

/// Compiles the module as for protection domains: Embedded Swift, no heap, strict memory safety.
@Suite(.enabled(if: embeddedIsAvailable, "needs a swiftc for aarch64-none-none-elf"))
struct EmbeddedTests {
  @Test func compilesForProtectionDomainsWithoutAHeap() throws {
    let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    let sources = tests.joined(separator: "/") + "/Sources/Core/Records"
    let listing = try Subprocess.run(["ls", sources])
    let files = String(decoding: listing.output, as: UTF8.self).split(separator: "\n")
    try #require(files.contains("Record.swift"))
    let result = try Subprocess.run(
      [
        "swiftc", "-target", "aarch64-none-none-elf", "-enable-experimental-feature", "Embedded",
        "-swift-version", "6", "-wmo", "-Osize", "-strict-memory-safety", "-Werror",
        "StrictMemorySafety", "-no-allocations", "-parse-as-library", "-module-name", "Records",
        "-c", "-o", "/dev/null",
      ] + files.map { "\(sources)/\($0)" })
    #expect(result.status == 0)
    #expect(result.errors == "")
  }
}
