// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import TestSupport
import Testing

/// What check answers to the wrong file, SDK, target or images.
@Suite(.enabled(if: BuiltTool.isBuilt, "needs .build/debug/serval")) struct CheckAnswersTests {
  private let plain = """
    <system><protection_domain name="a"><program_image path="a.elf" /></protection_domain></system>
    """

  private func with(_ files: [String: [UInt8]], _ body: (BuiltTool) throws -> Void) throws {
    try BuiltTool.with { tool in
      for (name, bytes) in files { try Files.replace("\(tool.directory)/\(name)", with: bytes) }
      try body(tool)
    }
  }

  @Test func anotherSDKThatTakesTheFileIsNamed() throws {
    let old = plain.split(separator: "name=").joined(separator: "pp=\"true\" name=")
    try with(["old.system": Array(old.utf8)]) { tool in
      let run = try tool.run(["check", "old.system"])
      #expect(run.status == 1)
      #expect(
        run.errors.contains(
          "; Microkit 1.4.1 would take it: give --sdk 1.4.1, or convert it with serval convert --to"
        ))
    }
  }

  /// With a mistake of its own, the file is judged as one of the SDK that it is for.
  @Test func inspectReportsForTheNearestSDK() throws {
    let old = plain.split(separator: "name=").joined(
      separator: "pp=\"true\" priority=\"999\" name=")
    try with(["old.system": Array(old.utf8)]) { tool in
      let run = try tool.run(["inspect", "old.system"])
      #expect(run.status != 0)
      #expect(run.errors.contains("priority 999 is above 254"))
      #expect(!run.errors.contains("'pp'"))
    }
  }

  @Test(arguments: [
    (["--arch", "aarch64", "--board", "star64"], "board 'star64' is for RISC-V"),
    (["--cores", "2", "--board", "star64"], "board 'star64' has kernels for 1 or 4 cores"),
    (["--cores", "0"], "the SDK has kernels for"),
  ])
  func contradictingOptionsAreNamed(options: [String], reason: String) throws {
    try with(["a.system": Array(plain.utf8)]) { tool in
      let run = try tool.run(["check", "a.system"] + options)
      #expect(run.status == 2)
      #expect(run.errors.contains(reason), "\(run.errors)")
    }
  }

  @Test func aBoardsConfigurationsAreToldApart() throws {
    let smp = plain.split(separator: "name=").joined(separator: "cpu=\"3\" name=")
    try with(["smp.system": Array(smp.utf8)]) { tool in
      let run = try tool.run(["check", "smp.system", "--board", "star64"])
      #expect(run.status == 0)
      #expect(
        run.errors.contains(
          "for star64 with 4 cores; on star64 with one core rejected: line 1: cpu 3"),
        "\(run.errors)")
    }
  }

  @Test func otherKindsOfFilesAreNamed() throws {
    let files: [String: [UInt8]] = [
      "a.elf": StubELF().bytes, "a.dtb": [0xd0, 0x0d, 0xfe, 0xed, 0],
    ]
    try with(files) { tool in
      let image = try tool.run(["check", "a.elf"])
      #expect(image.status == 1 && image.output.contains("the file is an ELF image"))
      let tree = try tool.run(["check", "a.dtb"])
      #expect(tree.status == 1 && tree.output.contains("serval devices shows a tree"))
    }
  }

  /// The Microkit tool takes an image for any machine, so that is only a warning; without a target, the
  /// images say which one is meant.
  @Test func imagesOfOtherMachines() throws {
    var riscv = StubELF().bytes
    riscv[18] = 243
    try with(["a.elf": riscv, "a.system": Array(plain.utf8)]) { tool in
      let any = try tool.run(["check", "a.system", "--search-path", "."])
      #expect((any.status, any.output) == (0, ""))
      let arm = try tool.run(["check", "a.system", "--search-path", ".", "--arch", "aarch64"])
      #expect(arm.status == 0)
      #expect(arm.output.contains("is a program for RISC-V, but AArch64"), "\(arm.output)")
      let missing = try tool.run(["check", "a.system", "--search-path", "absent"])
      #expect(missing.status == 2 && missing.errors.contains("there is no directory 'absent'"))
    }
  }
}
