// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel
import TestSupport
import Testing
import WebserverFixture

@testable import SystemReports

/// Headers of hostile systems compile without a warning where the compilers are.
@Suite struct HeaderCompilationTests {
  private static func finds(_ program: String) -> Bool {
    (try? Subprocess.run([program, "--version"]))?.status == 0
  }

  static let systems = [
    everything, hostile, WebserverFixture.system, SystemDescription(),
    SystemDescription(protectionDomains: [ProtectionDomain("alone", image: .init("a.elf"))]),
  ]

  /// Writes each header for all systems, and for each domain; returns what the compiler says.
  private func compile(
    _ language: HeaderLanguage, _ wrap: (String) -> String, _ command: (String) -> [String]
  ) throws {
    let directory = try TemporaryDirectory.make()
    defer { _ = try? Subprocess.run(["rm", "-rf", directory]) }
    for system in Self.systems {
      let header = SystemHeader(system, fileName: "9-a b.system", language: language)
      #expect(header.text.hasSuffix("\n") && !header.text.hasSuffix("\n\n"))
      for text in [header.text] + header.files.prefix(2).map(\.text) {
        let path = "\(directory)/header\(language.fileExtension)"
        try Files.replace(path, with: Array(text.utf8))
        let main = "\(directory)/main\(language == .c ? ".c" : language.fileExtension)"
        try Files.replace(main, with: Array(wrap(text).utf8))
        let result = try Subprocess.run(command(main))
        #expect(result.status == 0, "\(result.errors.prefix(2000))\n\(text.prefix(4000))")
        #expect(result.errors == "")
      }
    }
  }

  /// Included twice, because of the guard.
  private let including =
    "#include \"header.h\"\n#include \"header.h\"\nint main(void) { return 0; }\n"
  private let warnings = ["-Wall", "-Wextra", "-Wundef", "-pedantic", "-Werror", "-fsyntax-only"]

  @Test(.enabled(if: finds("clang"), "needs clang")) func c() throws {
    try compile(.c, { _ in including }, { ["clang", "-std=c99"] + warnings + [$0] })
  }

  @Test(.enabled(if: finds("clang"), "needs clang")) func cPlusPlus() throws {
    try compile(.c, { _ in including }, { ["clang", "-x", "c++", "-std=c++11"] + warnings + [$0] })
  }

  @Test(.enabled(if: finds("swiftc"), "needs swiftc")) func swift() throws {
    try compile(.swift, { $0 }) {
      [
        "swiftc", "-target", "aarch64-none-none-elf", "-enable-experimental-feature", "Embedded",
        "-wmo", "-parse-as-library", "-strict-memory-safety", "-warnings-as-errors", "-typecheck",
        $0,
      ]
    }
  }

  @Test(.enabled(if: finds("rustc"), "needs rustc")) func rust() throws {
    try compile(.rust, { _ in "#![no_std]\n#![deny(warnings)]\nmod header;\n" }) {
      ["rustc", "--edition", "2024", "--crate-type", "lib", "--emit", "metadata"]
        + ["-o", "\($0).rmeta", $0]
    }
    // An included file has no module of its own.
    try compile(
      .rust, { _ in "#![no_std]\n#![deny(warnings)]\nmod a { include!(\"header.rs\"); }\n" }
    ) {
      ["rustc", "--edition", "2021", "--crate-type", "lib", "--emit", "metadata"]
        + ["-o", "\($0).rmeta", $0]
    }
  }

  @Test(.enabled(if: finds("clang"), "needs clang")) func valuesAreThoseOfTheFile() throws {
    let directory = try TemporaryDirectory.make()
    defer { _ = try? Subprocess.run(["rm", "-rf", directory]) }
    let text = SystemHeader(everything, fileName: "a", language: .c).text
    try Files.replace("\(directory)/header.h", with: Array(text.utf8))
    let main = """
      #include "header.h"
      _Static_assert(PARENT_CHANNEL_TO_OTHER == 1 && PARENT_IRQ_IOAPIC_0_PIN_4 == 20, "");
      _Static_assert(OTHER_REGION_THREE_SIZE == 0x200000, "");
      _Static_assert(sizeof PARENT_REGION_ONE_ADDRESS == sizeof(char *), "");
      """
    try Files.replace("\(directory)/main.c", with: Array(main.utf8))
    let result = try Subprocess.run(["clang", "-fsyntax-only", "\(directory)/main.c"])
    #expect(result.status == 0, "\(result.errors)")
  }

  /// Names that are keywords, numbers, empty, equal as identifiers, or that end comments.
  private static let hostile: SystemDescription = {
    let names = [
      "self", "Self", "type", "Type", "Any", "UInt8", "swift", "crate", "super", "init", "default",
      "in", "int", "while", "48", "3com", "", "--", "a-b", "a_b", "aB", "A B", "日本", "é", "*/ x",
      "// x \\", "??/", "a\nb", "[link]", "<T>", "\u{202e}", "channel", "region", "priority",
      "usize", "u8", "core", "std", "gen", "_", "__x__", "region_a", "static",
    ]
    var system = SystemDescription(
      memoryRegions: names.map { MemoryRegion($0, size: ByteCount(.max), physicalAddress: 0) })
    system.protectionDomains = names.enumerated().map { index, name in
      ProtectionDomain(
        name, image: .init("*/ \(name).elf"), priority: 255,
        maps: (names + names).enumerated().map {
          Map($1, at: VirtualAddress(UInt64.max - UInt64($0)))
        },
        interrupts: [
          Interrupt(IRQNumber(.max), id: 255), Interrupt(IRQNumber(.max), id: 255),
          Interrupt(.ioAPIC(attributes: [:]), id: 1, idSymbol: name),
          Interrupt(.messageSignalled(attributes: ["pcidev": "?\n*/"]), id: 1),
        ],
        ioPorts: [IOPort(id: 9, address: .max, size: .max), IOPort(id: 9, address: 0, size: 0)],
        physicalAddressSymbols: [PhysicalAddressSymbol("*/", region: "nowhere")],
        capabilities: [GrantedCapability(.vspace, of: name, slot: .max)],
        virtualMachine: VirtualMachine(
          name, cpus: [.init(id: 0), .init(id: 1)], maps: [Map("nowhere", at: 0)]),
        children: [ProtectionDomain(name, image: .init(""), childID: ChildID(.max))])
    }
    system.channels = names.enumerated().flatMap { index, name in
      [
        Channel(.init(name, id: 3), .init("self", id: ChannelID(UInt8(index)))),
        Channel(.init(name, id: 3), .init(name, id: 4)),
      ]
    }
    return system
  }()
}
