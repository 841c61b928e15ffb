// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import TestSupport
import Testing

@testable import ELFImage

private let binutilsAreInstalled = ["objcopy", "readelf", "gcc"].allSatisfy {
  Files.exists("/usr/bin/aarch64-linux-gnu-\($0)")
}

/// Comparison with GNU binutils for AArch64, where installed: they read our patched files as intended, and patch files
/// as we do.
@Suite(.enabled(if: binutilsAreInstalled, "needs binutils-aarch64-linux-gnu and its gcc"))
struct BinutilsTests {
  private let directory: String

  init() throws {
    directory = try TemporaryDirectory.make()
  }

  private func run(_ tool: String, _ arguments: String...) throws -> String {
    let result = try Subprocess.run(["/usr/bin/aarch64-linux-gnu-\(tool)"] + arguments)
    try #require(result.status == 0, "\(tool): \(result.errors)")
    return String(decoding: result.output, as: UTF8.self)
  }

  @Test func readelfFindsNoFaultWithAStub() throws {
    defer { TemporaryDirectory.remove(directory) }
    let path = directory + "/stub.elf"
    let stub = StubELF(
      sections: [.init(".a", [1, 2, 3]), .init(".b", [0], isInFile: false)],
      variables: [.init("local", [1], isLocal: true)])
    try Files.replace(path, with: stub.bytes)
    let result = try Subprocess.run(["/usr/bin/aarch64-linux-gnu-readelf", "-aW", "--lint", path])
    #expect(result.status == 0)
    #expect(result.errors == "")
  }

  @Test func patchesAsObjcopyDoes() throws {
    defer { TemporaryDirectory.remove(directory) }
    let (source, program) = (directory + "/a.c", directory + "/a.elf")
    try Files.replace(
      source,
      with: Array(
        """
        __attribute__((section(".record"))) char record[100] = {1};
        char zeros[64];
        char name[64] = {2};
        void _start(void) { for (;;) zeros[record[1] & 63] = name[0]; }
        """.utf8))
    _ = try run(
      "gcc", "-nostdlib", "-static", "-no-pie", "-ffreestanding", "-O1", "-o", program, source)
    let record = (0..<100).map { UInt8(3 * $0 % 251) }
    let (data, patched) = (directory + "/record.data", directory + "/theirs.elf")
    try Files.replace(data, with: record)
    _ = try run("objcopy", "--update-section", ".record=\(data)", program, patched)

    var ours = try ELFImage(Files.read(program), name: program)
    let theirs = try ELFImage(Files.read(patched), name: patched)
    try ours.patch(section: ".record", with: record)
    for name in ours.sections.map(\.name) where ![".symtab", ".strtab"].contains(name) {
      let (a, b) = try (ours.section(named: name), theirs.section(named: name))
      #expect(a.address == b.address)
      // objcopy orders section names differently.
      if name != ".shstrtab" { #expect(ours.contents(of: a) == theirs.contents(of: b)) }
    }
    #expect(
      try ours.bytes(atVirtualAddress: ours.symbol(named: "record").value, count: 100) == record)

    // Binutils read our file as we do.
    let path = directory + "/ours.elf"
    try Files.replace(path, with: ours.bytes)
    let dump = directory + "/dump"
    _ = try run("objcopy", "-O", "binary", "--only-section=.record", path, dump)
    #expect(try Files.read(dump) == record)
    let lines = try run("readelf", "-sW", path).split(separator: "\n")
    for name in ["record", "name", "zeros", "_start"] {
      let line = try #require(lines.first { $0.hasSuffix(" \(name)") })
      let fields = line.split(separator: " ")
      #expect(try UInt64(fields[1], radix: 16) == ours.symbol(named: name).value)
      #expect(try UInt64(fields[2]) == ours.symbol(named: name).size)
    }
  }
}
