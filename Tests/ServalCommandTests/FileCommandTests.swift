// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import Testing

/// check, inspect, graph, diff, devices and boards on files.
@Suite(.enabled(if: BuiltTool.isBuilt, "needs .build/debug/serval")) struct FileCommandTests {
  private let good = """
    <system>
      <memory_region name="shared" size="0x1000" />
      <protection_domain name="one" priority="2"><program_image path="one.elf" />
        <map mr="shared" vaddr="0x20000000" /></protection_domain>
      <protection_domain name="two" priority="1"><program_image path="two.elf" />
        <map mr="shared" vaddr="0x20000000" perms="r" /></protection_domain>
      <channel><end pd="one" id="0" /><end pd="two" id="0" /></channel>
    </system>

    """

  private func with(_ files: [String: String], _ body: (BuiltTool) throws -> Void) throws {
    try BuiltTool.with { tool in
      for (name, text) in files {
        try Files.replace("\(tool.directory)/\(name)", with: Array(text.utf8))
      }
      try body(tool)
    }
  }

  private var bad: String { good.split(separator: "perms=\"r\"").joined(separator: "perms=\"q\"") }
  private var lax: String {
    good.split(separator: "perms=\"r\"").joined(separator: "perms=\"rwx\"")
  }

  @Test func checkTellsByStatusAndText() throws {
    try with(["good.system": good, "bad.system": bad, "lax.system": lax]) { tool in
      let clean = try tool.run(["check", "good.system"])
      #expect((clean.status, clean.output) == (0, ""))
      #expect(
        clean.errors == "good.system: 0 errors, 0 warnings; would be taken by Microkit 2.3.1\n")
      let wrong = try tool.run(["check", "bad.system", "--sdk", "2.0.1"])
      #expect(wrong.status == 1)
      #expect(
        wrong.output == """
          bad.system:6:41: error: perms="q" contains 'q' [bad-value]
            fix: combine the letters r, w and x

          """)
      let lint = try tool.run(["check", "lax.system"])
      #expect(lint.status == 0)
      #expect(lint.output.contains("warning") && lint.output.contains("[writable-executable]"))
      #expect(try tool.run(["check", "lax.system", "--strict"]).status == 1)
      #expect(try tool.run(["check", "absent.system"]).status == 2)
    }
  }

  @Test func fileNamesCannotCommandATerminal() throws {
    try with(["a\u{1b}[31m.system": good]) { tool in
      let clean = try tool.run(["check", "a\u{1b}[31m.system"])
      #expect(
        clean.errors
          == "a\\u{1B}[31m.system: 0 errors, 0 warnings; would be taken by Microkit 2.3.1\n")
    }
  }

  @Test func checkTakesFactsFromADeviceTree() throws {
    let system = """
      <system>
        <memory_region name="regs" size="0x1000" phys_addr="0x5b040000" />
        <memory_region name="packets" size="0x1000" phys_addr="0x1000000" />
        <protection_domain name="eth"><program_image path="eth.elf" />
          <map mr="regs" vaddr="0x20000000" /><map mr="packets" vaddr="0x30000000" />
          <irq irq="42" id="0" trigger="level" /></protection_domain>
      </system>
      """
    let tree = """
      /dts-v1/;
      / { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
        cpus { #address-cells = <1>; #size-cells = <0>;
          cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a35"; reg = <0>; }; };
        memory@0 { device_type = "memory"; reg = <0 0x40000000>; };
        gic: interrupt-controller@50000000 { compatible = "arm,gic-v3"; interrupt-controller;
          #interrupt-cells = <3>; reg = <0x50000000 0x10000>; };
        ethernet@5b040000 { compatible = "a,b"; reg = <0x5b040000 0x1000>; interrupts = <0 10 1>; };
      };
      """
    try with(["eth.system": system, "board.dts": tree]) { tool in
      #expect(try tool.run(["check", "eth.system"]).output == "")
      let told = try tool.run(["check", "eth.system", "--dtb", "board.dts"])
      #expect(told.status == 0)
      #expect(
        told.output.split(separator: "\n").filter { $0.contains("warning") } == [
          "eth.system:5:5: warning: the registers of ethernet@5b040000 ('regs' at 0x5b040000) are mapped cached in protection domain 'eth' [device-mapped-cached]",
          "eth.system:6:5: warning: interrupt 42 of 'eth' is set to level, but /ethernet@5b040000 raises it by edge [trigger-mismatch]",
        ])
      let absent = try tool.run(["check", "eth.system", "--dtb", "absent.dtb"])
      #expect(absent.status == 2)
    }
  }

  @Test func checkSpeaksToMachines() throws {
    try with(["bad.system": bad]) { tool in
      let json = try tool.run(["check", "bad.system", "--format", "json"])
      #expect(json.status == 1)
      #expect(json.output.contains("\"line\" : 6") && json.output.contains("\"errors\" : 1"))
      let github = try tool.run(["check", "bad.system", "--format", "github"])
      #expect(
        github.output.hasPrefix("::error file=bad.system,line=6,col=41,title=bad-value::perms="))
    }
  }

  @Test func malformedXMLIsAFinding() throws {
    try with(["x.system": "<system>"]) { tool in
      let run = try tool.run(["check", "x.system"])
      #expect(run.status == 1)
      #expect(run.output.contains("x.system:1:9: error: not well-formed XML"))
      #expect(try tool.run(["inspect", "x.system"]).status == 2)
    }
  }

  @Test func diffTellsByStatus() throws {
    try with(["a.system": good, "b.system": lax, "c.system": bad]) { tool in
      let same = try tool.run(["diff", "a.system", "a.system"])
      #expect((same.status, same.output) == (0, ""))
      let different = try tool.run(["diff", "a.system", "b.system"])
      #expect(different.status == 1)
      #expect(different.output.contains("rwx"))
      #expect(try tool.run(["diff", "a.system", "c.system"]).status == 2)
    }
  }

  @Test func convertWritesOnlyWhatIsTheSame() throws {
    let new = good.split(separator: "name=\"one\"").joined(separator: "name=\"one\" fpu=\"false\"")
    try with(["a.system": new]) { tool in
      let refused = try tool.run(["convert", "a.system", "--to", "2.2.0", "-o", "b.system"])
      #expect((refused.status, refused.output) == (1, ""))
      #expect(
        refused.errors == """
          a.system:3:33: error: Microkit 2.2.0 cannot express fpu: 'one' could use the floating-point unit [unsupported-by-sdk]
            fix: give --lossy to leave it out
          a.system: Microkit 2.3.1 to 2.2.0: 1 obstacle, nothing written

          """)
      #expect(try tool.files == ["a.system"])
      let lossy = try tool.run(
        ["convert", "a.system", "--to", "2.2.0-dev", "--lossy", "-o", "b.system"])
      #expect(lossy.status == 0)
      #expect(lossy.errors.hasPrefix("note: ") && lossy.errors.contains(": warning: "))
      #expect(String(decoding: try Files.read("\(tool.directory)/b.system"), as: UTF8.self) == good)
      let printed = try tool.run(["convert", "b.system", "--from", "2.2.0", "--to", "2.0.1"])
      #expect(printed.status == 0)
      #expect(printed.output.contains("priority=\"2\" stack_size=\"0x2000\">"))
      #expect(printed.errors == "b.system: Microkit 2.2.0 to 2.0.1: 2 changes\n")
      // diff compares what each SDK makes of its file.
      try Files.replace("\(tool.directory)/c.system", with: Array(printed.output.utf8))
      let sdks = ["--from", "2.2.0", "--to", "2.0.1"]
      #expect(try tool.run(["diff", "b.system", "c.system"] + sdks).status == 0)
      #expect(try tool.run(["diff", "b.system", "b.system"] + sdks).status == 1)
      #expect(
        try tool.run(["convert", "a.system", "--from", "1.4.1", "--to", "2.3.0"]).status == 2)
    }
  }

  @Test func prefilledRegionsNeedASearchPath() throws {
    let text = good.split(separator: "size=\"0x1000\"").joined(separator: "prefill_path=\"f.bin\"")
    try with(["a.system": text]) { tool in
      let blind = try tool.run(["check", "a.system"])
      #expect(blind.status == 0)
      #expect(
        blind.errors.hasSuffix(
          "prefill files were not looked at, because there is no --search-path\n"))
      let seeing = try tool.run(["check", "a.system", "--search-path", "."])
      #expect(seeing.status == 1)
      #expect(seeing.output.contains("[prefill]"))
    }
  }

  @Test func inspectAndGraph() throws {
    try with(["a.system": good]) { tool in
      let text = try tool.run(["inspect", "a.system"])
      #expect(text.status == 0)
      #expect(text.output.contains("shared") && text.output.contains("0x20000000"))
      #expect(try tool.run(["inspect", "a.system", "--json"]).output.hasPrefix("{"))
      #expect(try tool.run(["graph", "a.system", "-o", "a.dot"]).status == 0)
      let dot = String(decoding: try Files.read("\(tool.directory)/a.dot"), as: UTF8.self)
      #expect(dot.hasPrefix("digraph") || dot.contains("digraph"))
      let odd = try tool.run(["graph", "a.system", "-o", "a.jpeg2000"])
      #expect(odd.status == 2)
      #expect(try tool.files == ["a.dot", "a.system"])
    }
  }

  private let rights = """
    <system>
      <memory_region name="blob" prefill_path="blob.bin" />
      <protection_domain name="boss" priority="2"><program_image path="boss.elf" />
        <map mr="blob" vaddr="0x20000000" perms="r" />
        <cspace><cap_tcb slot="1" pd="worker" /></cspace></protection_domain>
      <protection_domain name="worker" priority="1"><program_image path="worker.elf" />
      </protection_domain>
    </system>

    """
  private let x86 = """
    <system>
      <memory_region name="ring" size="0x1000" />
      <protection_domain name="uart"><program_image path="uart.elf" />
        <irq id="1" pin="4" vector="3" /><irq id="2" pcidev="00:03.0" handle="0" vector="7" />
        <ioport id="5" addr="0x3f8" size="8" /><map mr="ring" vaddr="0x20000000" />
      </protection_domain>
      <io_address_space name="nic" peripheral_id="00:03.0" domain_id="1">
        <iomap mr="ring" iovaddr="0x10000" perms="r" /></io_address_space>
    </system>

    """

  /// Files need no target: what only x86 has is shown and drawn too.
  @Test func rightsOfAnyTarget() throws {
    try with(["a.system": rights, "b.system": x86, "blob.bin": "contents"]) { tool in
      try tool.makeFolder("files")
      let text = try tool.run(["inspect", "a.system", "--search-path", "files"]).output
      #expect(text.contains("  boss  TCB of worker, in slot 1: stops it, restarts it"))
      #expect(text.contains("4 KiB  r  private, prefilled from blob.bin"))
      let ports = try tool.run(["inspect", "b.system"]).output
      #expect(ports.contains("  uart  I/O ports 0x3f8 to 0x3ff\n"))
      #expect(ports.contains("  nic   device 00:03.0 reads ring\n"))
      #expect(ports.contains("I/O APIC pin=4 vector=3") && ports.contains("MSI handle=0"))
      for (name, expected) in [("a", "TCB"), ("b", "io0 -> mem0")] {
        #expect(try tool.run(["graph", "\(name).system", "-o", "\(name).dot"]).status == 0)
        let dot = String(decoding: try Files.read("\(tool.directory)/\(name).dot"), as: UTF8.self)
        #expect(dot.contains(expected))
      }
    }
  }

  @Test func prefilledRegionsNeedTheirFile() throws {
    try with(["a.system": rights]) { tool in
      try tool.makeFolder("files")
      let without = try tool.run(["inspect", "a.system", "--search-path", "files"])
      #expect(without.output.contains("size unknown without blob.bin"))
      try Files.replace("\(tool.directory)/files/blob.bin", with: [1])
      let with = try tool.run(["inspect", "a.system", "--search-path", "files"])
      #expect(!with.output.contains("unknown") && with.output.contains("4 KiB"))
      let graph = ["graph", "a.system", "-o", "a.dot"]
      #expect(try tool.run(graph + ["--search-path", "files", "--no-memory"]).status == 0)
      let dot = String(decoding: try Files.read("\(tool.directory)/a.dot"), as: UTF8.self)
      #expect(dot.contains("own memory 4 KiB"))
    }
  }

  @Test func boardsAndDevices() throws {
    try BuiltTool.with { tool in
      #expect(try tool.run(["boards"]).output.hasPrefix("qemu_virt_aarch64  "))
      let root = #filePath.dropLast("Tests/ServalCommandTests/FileCommandTests.swift".count)
      let devices = try tool.run(["devices", "\(root)dts/qemu_virt_aarch64.dts", "--drivers"])
      #expect(devices.status == 0)
      #expect(devices.output.contains("/pl011@9000000\n"))
      #expect(devices.output.contains("    interrupt   33 level\n"))
      #expect(devices.output.contains("    driver      serial_driver_pl011.elf\n"))
    }
  }

  @Test func boardsOfAnSDK() throws {
    try BuiltTool.with { tool in
      let lines = try tool.run(["boards", "--all", "--sdk", "2.3.0"]).output.split(separator: "\n")
      #expect(lines.count == 28)
      #expect(
        lines.contains { $0.hasPrefix("stm32mp2 ") && $0.contains("  1 or 2 cores   40-bit  ") })
      let old = try tool.run(["boards", "--all", "--sdk", "1.4.1"]).output.split(separator: "\n")
      #expect(old.count == 10)
      #expect(old.allSatisfy { $0.contains("  1 core  ") })
    }
  }

  @Test func checkForABoard() throws {
    let onCore = { (core: Int) in
      self.good.replacing("name=\"one\" ", with: "name=\"one\" cpu=\"\(core)\" ")
    }
    try with(["a.system": good, "core1.system": onCore(1), "core3.system": onCore(3)]) { tool in
      func status(_ arguments: String...) throws -> Int32 {
        try tool.run(["check"] + arguments).status
      }
      #expect(try status("a.system", "--board", "hifive_p550", "--config", "release") == 0)
      #expect(try status("core3.system", "--board", "rpi5b_2gb") == 0)
      #expect(try status("core3.system", "--board", "rpi5b_2gb", "--config", "debug") == 1)
      #expect(try status("core3.system", "--board", "stm32mp2") == 1)
      #expect(try status("core1.system", "--board", "stm32mp2", "--config", "smp-debug") == 0)
      #expect(try status("core1.system", "--config", "smp-debug") == 0)
      #expect(try status("core1.system", "--config", "debug") == 1)
      let late = try tool.run(["check", "a.system", "--board", "stm32mp2", "--sdk", "2.1.0"])
      #expect(late.status == 2)
      #expect(late.errors.contains("2.3.0 is the first with it"))
      let typo = try tool.run(["check", "a.system", "--board", "star46"])
      #expect(typo.status == 2)
      #expect(typo.errors.contains("did you mean 'star64'?"))
      let odd = try tool.run(["check", "a.system", "--config", "smp-debugg"])
      #expect(odd.status == 2)
      #expect(odd.errors.contains("did you mean 'smp-debug'?"))
      #expect(try status("a.system", "--board", "star64", "--arch", "aarch64") == 2)
    }
  }

  @Test func theUnpackedSDKDecides() throws {
    try with(["a.system": good]) { tool in
      let folder = "\(tool.directory)/sdk/board/my_pc/release/include/kernel"
      try Files.makeDirectory(folder)
      let config = #"{"SEL4_ARCH": "x86_64", "ENABLE_SMP_SUPPORT": false}"#
      try Files.replace("\(folder)/gen_config.json", with: Array(config.utf8))
      try Files.replace("\(tool.directory)/sdk/VERSION", with: Array("2.2.0-dev\n".utf8))
      func check(_ arguments: String...) throws -> BuiltTool.Run {
        try tool.run(["check", "a.system"] + arguments, environment: ["MICROKIT_SDK=sdk"])
      }
      let taken = try check("--board", "my_pc")
      #expect(taken.status == 0)
      #expect(taken.errors.hasSuffix("would be taken by Microkit 2.2.0\n"))
      #expect(try check("--board", "my_pc", "--arch", "aarch64").status == 2)
      #expect(try check("--board", "odroidc4").status == 0)
      let missing = try check("--board", "my_pc", "--config", "debug")
      #expect(missing.status == 2)
      #expect(missing.errors.contains("sdk/board/my_pc: error: has no directory 'debug'"))
      // Another SDK than the unpacked one.
      #expect(try check("--board", "my_pc", "--sdk", "2.3.0").status == 2)
      try Files.replace("\(folder)/gen_config.json", with: Array("{".utf8))
      let broken = try check("--board", "my_pc")
      #expect(broken.status == 2)
      #expect(broken.errors.contains("gen_config.json: error: cannot be read: not a JSON object"))
    }
  }

  @Test func helpVersionAndCompletions() throws {
    try BuiltTool.with { tool in
      #expect(try tool.run(["--version"]).output.hasPrefix("serval "))
      for command in [
        "generate", "check", "inspect", "graph", "header", "diff", "convert", "boards", "devices",
      ] {
        let help = try tool.run([command, "--help"])
        #expect(help.status == 0 && help.output.contains("USAGE: serval \(command)"))
      }
      #expect(try tool.run(["generate", "--help"]).output.contains("webserver"))
      for shell in ["bash", "zsh", "fish"] {
        #expect(try tool.run(["--generate-completion-script", shell]).output.contains("serval"))
      }
      let nonsense = try tool.run(["frobnicate"])
      #expect(nonsense.status == 64)
      #expect(nonsense.output == "" && nonsense.errors.contains("frobnicate"))
    }
  }
}
