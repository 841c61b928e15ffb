// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Boards
import HostIO
import Records
import Subsystems
import Systems
import TestSupport
import Testing

@Suite(.enabled(if: BuiltTool.isBuilt, "needs .build/debug/serval")) struct GenerateTests {
  private let web = [
    "generate", "webserver", "--board", "odroidc4", "--nfs-server", "10.0.0.5", "--nfs-directory",
    "/export", "--website-dir", "www", "-o", "out",
  ]

  @Test func writesTheSystemAndItsRecords() throws {
    try BuiltTool.with { tool in
      let run = try tool.run(web)
      #expect(run.status == 0)
      #expect(run.errors == "")
      #expect(
        run.output == "out/webserver.system for odroidc4, Microkit SDK 2.3.1, with 27 records\n")
      let record = try Files.read("\(tool.directory)/out/net_client_nfs.data")
      let view = try #require(RecordView<NetClientConfig, [UInt8]>(record))
      #expect(view[NetClientConfig.macAddress] == MACAddress(0x5254_0100_0010))
      // A second run changes nothing.
      let before = try Subprocess.run(["stat", "-c", "%Y %i %n", "\(tool.directory)/out"]).output
      #expect(try tool.run(web).status == 0)
      #expect(
        try Subprocess.run(["stat", "-c", "%Y %i %n", "\(tool.directory)/out"]).output == before)
    }
  }

  @Test func placesDomainsOnCores() throws {
    try BuiltTool.with { tool in
      let cores = ["--config", "smp-release", "--sdk", "2.3.0", "--cores"]
      let run = try tool.run(web + cores + ["2", "--place", "nfs=1"])
      #expect(run.status == 0, "\(run.errors)")
      let text = String(
        decoding: try Files.read("\(tool.directory)/out/webserver.system"), as: UTF8.self)
      func core(_ domain: String) -> Substring? {
        text.split(separator: "\n").first { $0.contains("<protection_domain name=\"\(domain)\"") }?
          .split(separator: " cpu=\"").dropFirst().first?.prefix(1)
      }
      #expect(core("ethernet_driver") == "0")
      #expect(core("net_virt_rx") == "0")
      #expect(core("web_server") == "1")
      #expect(core("web_server_net_copier") == "1", "copiers follow their clients")
      #expect(core("nfs") == "1" && core("nfs_net_copier") == "1")
      #expect(core("timer_driver") == nil, "passive domains run where their callers do")
      #expect(try tool.run(web + cores + ["1"]).status == 0)
      let single = try Files.read("\(tool.directory)/out/webserver.system")
      #expect(!String(decoding: single, as: UTF8.self).contains("cpu="))
    }
  }

  @Test(arguments: [
    (["--cores", "2"], "choose --config smp-debug"),
    (["--cores", "0"], "write 1 or more"),
    (["--cores", "5", "--config", "smp-release"], "give 4 or fewer"),
    (["--cores", "2", "--config", "smp-release", "--place", "nsf=1"], "did you mean 'nfs'?"),
    (
      ["--cores", "2", "--config", "smp-release", "--place", "nfs=2"],
      "2 cores are used, from 0 to 1"
    ),
    (["--cores", "2", "--config", "smp-release", "--place", "nfs=a"], "write domain=core"),
    (
      ["--cores", "2", "--config", "smp-release", "--place", "timer_driver=0"], "place its callers"
    ),
    (["--place", "nfs=1"], "give --cores"),
    (
      ["--cores", "2", "--config", "smp-release", "--sdk", "2.0.1"],
      "no configuration 'smp-release'"
    ),
  ])
  func placesNothingThatCannotBe(_ options: [String], _ expected: String) throws {
    try BuiltTool.with { tool in
      let run = try tool.run(web + options)
      #expect(run.status == 2)
      #expect(run.errors.contains(expected), "\(run.errors)")
      #expect(!Files.exists("\(tool.directory)/out"))
    }
  }

  @Test func patchesImages() throws {
    try BuiltTool.with { tool in
      let images = "\(tool.directory)/images"
      try Files.makeDirectory(images)
      let layout = try helloLayout()
      for image in layout.images {
        let sections = layout.records.filter { $0.domain == image.domain }.map {
          StubELF.Section($0.section, byteCount: $0.bytes.count)
        }
        // Only one has a section for facts about the kernel, as programs with Serval's runtime do.
        let abi =
          image.domain == "serial_driver" ? [StubELF.Section(".serval_abi", byteCount: 24)] : []
        try Files.replace(
          "\(images)/\(image.source)", with: StubELF(sections: sections + abi).bytes)
      }
      let arguments = [
        "generate", "hello", "--board", "qemu_virt_aarch64", "--images", "images", "--sdk",
        "2.3.0", "-o", "out",
      ]
      #expect(try tool.run(arguments).status == 0)
      let shown = try tool.run(["inspect", "out/serial_driver.elf"])
      #expect(shown.status == 0)
      #expect(shown.output.contains("default_baud"))
      #expect(shown.output.contains("115200"))
      let label = try #require(
        shown.output.split(separator: "\n").first { $0.contains("irq_ack_label") })
      #expect(label.contains(" 31 "))
      #expect(try tool.run(arguments + ["--config", "release"]).status == 0)
      #expect(try tool.run(["inspect", "out/serial_driver.elf"]).output.contains("27"))
      #expect(try tool.run(arguments + ["--config", "fast"]).status == 64)
      // A missing image is reported by name, and nothing is written.
      _ = try Subprocess.run(["rm", "\(images)/hello.elf"])
      let missing = try tool.run(Array(arguments.dropLast()) + ["other"])
      #expect(missing.status == 2)
      #expect(
        missing.errors.contains(
          "images/hello.elf: error: there is no image for protection domain 'hello'"))
      #expect(try tool.files == ["images", "out"])
    }
  }

  /// Images of `hello`, whose programs have these sections besides those of their records.
  private func makeImages(
    in directory: String, _ sections: (_ domain: String) -> [StubELF.Section]
  ) throws {
    try Files.makeDirectory(directory)
    let layout = try helloLayout()
    for image in layout.images {
      let own = sections(image.domain)
      let records = layout.records.filter { record in
        record.domain == image.domain && !record.isServalsOwn
      }.map { StubELF.Section($0.section, byteCount: $0.bytes.count) }
      try Files.replace(
        "\(directory)/\(image.source)", with: StubELF(sections: records + own).bytes)
    }
  }

  private let heap = StubELF.Section(
    ".serval_heap", Array("Serval\u{5}\u{1}".utf8) + Array(repeating: 0, count: 24))

  @Test(
    arguments: [
      // serial_driver has no heap, hello has 32 KiB and hello_child 4 KiB.
      ("hello", [0x8000], ""), ("hello", [0x4000, 0x4000], ""), ("hello_child", [], ""),
      (
        "hello", [0x8001],
        """
        protection domain 'hello': error: its heap has 32768 bytes, and its program images/hello.elf \
        needs 32769 at least [heap]
          fix: add the domain with heap: .kibibytes(36) or more

        """
      ),
      (
        "hello", [0x4000, 15_000_000],
        """
        protection domain 'hello': error: its heap has 32768 bytes, and its program images/hello.elf \
        needs 15016384 at least [heap]
          fix: add the domain with heap: .mebibytes(16) or more

        """
      ),
      ("hello", [.max, 1], "needs 18446744073709551615 at least"),
      (
        "serial_driver", [],
        """
        protection domain 'serial_driver': error: its program images/serial_driver_pl011.elf has a \
        heap, and the system gives it none [heap]
          fix: add the domain with heap: and a size

        """
      ),
      ("serial_driver", [4096], "fix: add the domain with heap: .kibibytes(4) or more"),
    ] as [(String, [UInt64], String)])
  func aHeapIsThereAndLargeEnough(_ domain: String, _ numbers: [UInt64], _ message: String) throws {
    try BuiltTool.with { tool in
      try makeImages(in: "\(tool.directory)/images") {
        guard $0 == domain else { return [] }
        let needs = numberSection(".serval_heap_needs", numbers)
        return numbers.isEmpty ? [heap] : [heap, needs]
      }
      let run = try tool.run([
        "generate", "hello", "--board", "qemu_virt_aarch64", "--images", "images", "-o", "out",
      ])
      #expect(run.status == (message.isEmpty ? 0 : 2))
      #expect(
        message.hasPrefix("protection")
          ? run.errors == message : run.errors.contains(message) || message.isEmpty, "\(run.errors)"
      )
      if message.isEmpty {
        // The program finds the region's address and size in its record.
        let shown = try tool.run(["inspect", "out/\(domain).elf"])
        #expect(shown.output.contains("0x20000000"), "\(shown.output)\(shown.errors)")
      } else {
        #expect(try tool.files == ["images"])
      }
    }
  }

  @Test(
    arguments: [
      // serial_virt_rx has the default of 16 KiB.
      ([0x4000], ""), ([], ""),
      (
        [0x2000, 0x4001, 8],
        """
        protection domain 'serial_virt_rx': error: its stack has 16384 bytes, and its program \
        images/serial_virt_rx.elf needs 16385 [stack]
          fix: add the domain with stackSize: .kibibytes(20) or more

        """
      ),
    ] as [([UInt64], String)])
  func aStackIsLargeEnough(_ numbers: [UInt64], _ message: String) throws {
    try BuiltTool.with { tool in
      try makeImages(in: "\(tool.directory)/images") {
        $0 == "serial_virt_rx" ? [numberSection(".serval_stack_needs", numbers)] : []
      }
      let run = try tool.run([
        "generate", "hello", "--board", "qemu_virt_aarch64", "--images", "images", "-o", "out",
      ])
      #expect(run.status == (message.isEmpty ? 0 : 2) && run.errors == message)
    }
  }

  private func numberSection(_ name: String, _ numbers: [UInt64]) -> StubELF.Section {
    StubELF.Section(
      name,
      numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } })
  }

  private func helloLayout() throws -> SystemLayout {
    let choices = try SystemChoices(for: HelloSystem.self)
    return try HelloSystem.layout(
      board: .qemuVirtAArch64, tree: Board.qemuVirtAArch64.tree(), choices)
  }

  @Test(arguments: [
    (["--mac", "nfs=52:54:01:00:00:11"], "'web_server' and 'nfs' have the same MAC address"),
    (["--mac", "nfs=01:00:5e:00:00:01"], "is not the address of one station"),
    (["--mac", "nfs=52:54:01"], "'52:54:01' is not a MAC address"),
    (["--mac", "nsf=52:54:01:00:00:19"], "did you mean 'nfs'?"),
    (["--mac", "nfs"], "is not of the form name=value"),
    (["--set", "prot=81"], "did you mean 'port'?"),
    (["--set", "port=0"], "'0' is not a port from 1 to 65535"),
    (["--set", "nfs-server=10.0.0.6"], "given twice, as '10.0.0.6' and '10.0.0.5'"),
    (["--set", "lwip-pools=maybe"], "'maybe' is not yes or no"),
    (
      ["--set", "cache=forever"],
      "'forever' is not revalidate, lionsos, no-store or a number of seconds up to 4294967295"
    ),
    (
      ["--set", "cache=-1"],
      "'-1' is not revalidate, lionsos, no-store or a number of seconds up to 4294967295"
    ),
    (
      ["--set", "cache-hashed=1y"], "'1y' is not a number of seconds up to 4294967295"
    ),
    (["--set", "dot-files=show"], "'show' is not yes or no"),
    (["--set", "outside-links=inside"], "'inside' is not yes or no"),
    (
      ["--set", "port=0"],
      "--set port: error: '0' is not a port from 1 to 65535 [option]\n"
    ),
    (
      ["--set", "address=10.0.0.0/24"],
      """
      --set address: error: 10.0.0.0/24 is a network and not a host in it [address]
        fix: choose another address of the network

      """
    ),
    (["--set", "cashe=600"], "did you mean 'cache'?"),
  ])
  func refusesAndWritesNothing(_ extra: [String], _ message: String) throws {
    try BuiltTool.with { tool in
      let run = try tool.run(web + extra)
      #expect(run.status == 2)
      #expect(run.errors.contains(message), "\(run.errors)")
      #expect(run.output == "")
      #expect(try tool.files == [])
    }
  }

  @Test func saysWhatIsMissing() throws {
    try BuiltTool.with { tool in
      let run = try tool.run(["generate", "webserver", "--board", "odroidc4", "-o", "out"])
      #expect(run.status == 2)
      #expect(
        run.errors == """
          --set nfs-server: error: not given: IPv4 address or name of the NFS server [option]
            fix: pass --set nfs-server=VALUE, or set NFS_SERVER in the environment

          """)
      let set = ["NFS_SERVER=a", "NFS_DIRECTORY=b", "WEBSITE_DIR=c"]
      #expect(
        try tool.run(
          ["generate", "webserver", "--board", "odroidc4", "-o", "out"], environment: set
        ).status == 0)
    }
  }

  @Test(arguments: [
    (["generate", "webservr", "--board", "odroidc4", "-o", "o"], "did you mean 'webserver'?"),
    (["generate", "hello", "--board", "odroidc5", "-o", "o"], "odroidc4"),
    (["generate", "hello", "--board", "odroidc4", "--dtb", "none.dtb", "-o", "o"], "none.dtb"),
  ])
  func guessesNames(_ arguments: [String], _ text: String) throws {
    try BuiltTool.with { tool in
      let run = try tool.run(arguments)
      #expect(run.status == 2)
      #expect(run.errors.contains(text), "\(run.errors)")
      #expect(try tool.files == [])
    }
  }

  @Test func theSDKComesFromTheEnvironment() throws {
    try BuiltTool.with { tool in
      try Files.makeDirectory("\(tool.directory)/sdk/board")
      let hello = ["generate", "hello", "--board", "odroidc4", "-o", "out"]
      let old = try tool.run(hello, environment: ["MICROKIT_SDK=sdk"])
      #expect(old.output.contains("Microkit SDK 1.4.1"))
      try Files.replace("\(tool.directory)/sdk/VERSION", with: Array("2.1.0\n".utf8))
      #expect(
        try tool.run(hello, environment: ["MICROKIT_SDK=sdk"]).output.contains(
          "Microkit SDK 2.1.0"))
      try Files.replace("\(tool.directory)/sdk/VERSION", with: Array("9.9".utf8))
      let unknown = try tool.run(hello, environment: ["MICROKIT_SDK=sdk"])
      #expect(unknown.status == 2)
      #expect(unknown.errors.contains("version '9.9' is not known"))
      let nothing = try tool.run(hello, environment: ["MICROKIT_SDK=nowhere"])
      #expect(nothing.errors.contains("'nowhere' has no directory 'board'"))
    }
  }

  @Test func anOutputThatCannotBeWrittenIsNamed() throws {
    try BuiltTool.with { tool in
      try Files.replace("\(tool.directory)/out", with: [])
      let run = try tool.run(["generate", "hello", "--board", "odroidc4", "-o", "out"])
      #expect(run.status == 2)
      #expect(run.errors.hasPrefix("out: error: cannot be written"))
    }
  }
}
