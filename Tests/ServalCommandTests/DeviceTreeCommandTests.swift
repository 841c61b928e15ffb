// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import Testing

/// `devices`, and `generate --dtb`, on trees that a user gives.
@Suite(.enabled(if: BuiltTool.isBuilt, "needs .build/debug/serval")) struct DeviceTreeCommandTests {
  private func run(
    _ arguments: [String], on source: String, _ body: (BuiltTool.Run) throws -> Void
  ) throws {
    try BuiltTool.with { tool in
      try Files.replace(
        "\(tool.directory)/a.dts", with: Array("/dts-v1/; / {\n\(source)\n};\n".utf8))
      try body(try tool.run(arguments))
    }
  }

  private let gic = """
    #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
    gic: intc@1000 { compatible = "arm,gic-400"; interrupt-controller; #interrupt-cells = <3>;
      reg = <0x1000 0x1000>; };
    """

  @Test func devicesSaysWhatItCannotResolve() throws {
    let source = """
      \(gic)
      pins: gpio@2000 { compatible = "acme,gpio"; reg = <0x2000 0x100>; interrupts = <0 16 4>;
        interrupt-controller; #interrupt-cells = <2>; };
      bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x9000 0x100>;
        n@0 { compatible = "acme,n"; reg = <0 0x10>, <0x200 0x10>; status = "disabled";
          interrupts-extended = <&pins 5 8>, <&gic 0 988 4>, <&gic 0 5 1>; msi-parent = <&pins>; };
      };
      i2c@3000 { compatible = "acme,i2c"; reg = <0x3000 0x100>;
        #address-cells = <1>; #size-cells = <0>;
        lamp@48 { compatible = "acme,lamp"; reg = <0x48>; }; };
      """
    try run(["devices", "a.dts"], on: source) { run in
      #expect(run.status == 0 && run.errors == "")
      #expect(
        run.output == """
          /intc@1000
              compatible  arm,gic-400
              registers   0x1000 + 0x1000

          /gpio@2000
              compatible  acme,gpio
              registers   0x2000 + 0x100
              interrupt   48 level

          /bus/n@0 (disabled)
              compatible  acme,n
              registers   0x9000 + 0x10
              registers   unknown: address 0x200 is not visible to the CPU through '/bus'
              interrupt   line <5 8> of '/gpio@2000', which raises 48 level
              interrupt   unknown: interrupt <0 988 4> does not exist on '/intc@1000'
              interrupt   37 edge
              messages    to '/gpio@2000'

          /i2c@3000
              compatible  acme,i2c
              registers   0x3000 + 0x100

          /i2c@3000/lamp@48
              compatible  acme,lamp
              registers   0x48 on '/i2c@3000'


          """)
    }
  }

  @Test func theDocumentedExampleIsReal() throws {
    let root = #filePath.dropLast("Tests/ServalCommandTests/DeviceTreeCommandTests.swift".count)
    let page = String(decoding: try Files.read("\(root)docs/devices.md"), as: UTF8.self)
    let example = try #require(
      page.split(separator: "```text\n").last?.split(separator: "```").first)
    try BuiltTool.with { tool in
      let run = try tool.run(["devices", "\(root)dts/odroidc4.dts"])
      #expect(run.output.contains("\n\n\(example)\n"))
    }
  }

  @Test func aControllerAtFaultIsNamed() throws {
    let source = """
      c: c { phandle = <7>; }; n { compatible = "n"; interrupts-extended = <7 1>; };
      """
    try run(["devices", "a.dts"], on: source) { run in
      #expect(
        run.output.contains("    interrupt   unknown: /c: is used as an interrupt controller,"))
    }
  }

  @Test func controlBytesDoNotReachTheTerminal() throws {
    let source = """
      compatible = "x\\x1b[31m\\n";
      n { compatible = "a\\x1b]0;title\\a", "b\\x9b", "c\\xc2\\x9b31m"; };
      """
    for arguments in [
      ["devices", "a.dts"],
      ["generate", "hello", "--board", "odroidc4", "--dtb", "a.dts", "-o", "o"],
    ] {
      try run(arguments, on: source) { run in
        let text = run.output + run.errors
        #expect(text.contains("\\u{1B}"))
        #expect(
          text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control }
        )
      }
    }
  }

  private let generate = ["generate", "hello", "--board", "odroidc4", "--dtb", "a.dts", "-o", "o"]

  @Test func theTreeOfAnotherBoardIsRefused() throws {
    try run(generate, on: "compatible = \"acme,board\", \"acme,soc\";") { run in
      #expect(run.status == 2 && run.output == "")
      #expect(
        run.errors == """
          a.dts: error: its root is compatible with 'acme,board', 'acme,soc', and board 'odroidc4' \
          is 'hardkernel,odroid-c4' [board-tree]
            fix: give a tree of the board, or --any-tree to use it all the same

          """)
    }
    try run(generate, on: "compatible = \"linux,dummy-virt\";") { run in
      #expect(run.errors.contains("fix: use --board qemu_virt_aarch64, or --any-tree"))
    }
    try run(generate, on: "model = \"x\";") { run in
      #expect(run.errors.contains("its root is compatible with nothing, and board 'odroidc4'"))
    }
  }

  @Test func anyTreeInsistsAndItsNodesAreAskedFor() throws {
    let source = """
      compatible = "acme,board";
      \(gic)
      serial@2000 { compatible = "acme,uart"; reg = <0x2000 0x1000>; interrupts = <0 1 4>; };
      serial@3000 { compatible = "arm,pl011"; reg = <0x3000 0x1000>; interrupts = <0 2 4>;
        status = "disabled"; };
      timer { compatible = "arm,armv8-timer"; interrupts = <1 13 8>, <1 14 8>; };
      """
    try run(generate + ["--any-tree"], on: source) { run in
      #expect(run.status == 2)
      #expect(
        run.errors == """
          a.dts: error: no serial device that a driver knows for board 'odroidc4' [board-device]
            fix: enable /serial@3000, or add a driver for /serial@2000 (acme,uart)

          """)
    }
    let enabled = source.replacing("    status = \"disabled\"; };", with: "};")
      .replacing("status = \"disabled\";", with: "")
    try run(generate + ["--any-tree"], on: enabled) { run in
      #expect(run.status == 0, "\(run.errors)")
    }
    let silent = enabled.replacing("interrupts = <0 2 4>;", with: "interrupts = <0 2 0>;")
    try run(generate + ["--any-tree"], on: silent) { run in
      #expect(
        run.errors.contains(
          "a.dts: /serial@3000: error: nothing tells the trigger of its interrupt 34"))
    }
  }
}
