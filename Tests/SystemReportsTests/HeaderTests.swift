// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import TestSupport
import Testing
import WebserverFixture

@testable import SystemReports

@Suite struct HeaderTests {
  private func text(_ system: SystemDescription, _ language: HeaderLanguage) -> String {
    SystemHeader(system, fileName: "a.system", language: language).text
  }

  private func domains(_ names: [String]) -> SystemDescription {
    SystemDescription(protectionDomains: names.map { ProtectionDomain($0, image: .init("x.elf")) })
  }

  @Test func namesBecomeWords() {
    let cases: [(name: String, words: [String])] = [
      ("net_virt_rx", ["net", "virt", "rx"]),
      ("ethernet@ff3f0000/x", ["ethernet", "ff3f0000", "x"]),
      ("webServer", ["web", "server"]), ("DMARegion", ["dmaregion"]),
      ("rx2 Queue", ["rx2", "queue"]),
      ("--", ["unnamed"]), ("", ["unnamed"]), ("a日b", ["a", "u65e5", "b"]), ("é", ["ue9"]),
    ]
    for (name, words) in cases { #expect(Words(name).list == words) }
    #expect(Words("net_virt-rx").memberCase == "netVirtRx")
    #expect(Words("net_virt-rx").typeCase == "NetVirtRx")
    #expect(Words("net_virt-rx").constantCase == "NET_VIRT_RX")
    #expect(Words("48").startingWithLetter(after: "irq").memberCase == "irq48")
  }

  @Test func equalIdentifiersAreNumbered() {
    #expect(distinct(["a", "b", "a", "a"]) == ["a", "b", "a_2", "a_3"])
    // A name of the file comes before a number that we would choose.
    #expect(distinct(["a", "a", "a_2"]) == ["a", "a_3", "a_2"])
    #expect(
      distinct(["self", "self_", "self"], keywords: ["self"]) == ["self_", "self_2", "self_3"])
    #expect(distinct(Array(repeating: "a", count: 20_000)).last == "a_20000")
  }

  /// Every field of the model that a program may want to know.
  @Test func everyKindOfConstant() {
    let c = text(everything, .c)
    for line in [
      "#ifndef A_SYSTEM_H", "#define PARENT_PRIORITY 5",
      // Named by the file, because there is a setvar_id.
      "/* Channel to 'other', whose identifier is 1; Microkit sets to_other. */",
      "#define PARENT_CHANNEL_TO_OTHER 1", "#define OTHER_CHANNEL_BACK 1",
      "#define PARENT_IRQ_IRQ 0", "#define PARENT_IRQ_IOAPIC_0_PIN_4 20",
      "#define PARENT_IRQ_MSI_00_03_0_HANDLE_0 21",
      "/* I/O ports 0x3f8 to 0x3ff; Microkit sets com, base. */",
      "#define PARENT_IO_PORT_COM_ID 3", "#define PARENT_IO_PORT_COM_ADDRESS 0x3f8UL",
      "#define PARENT_IO_PORT_COM_SIZE 0x8UL", "#define PARENT_CHILD_CHILD 1",
      "#define PARENT_VCPU_VCPU 0", "#define PARENT_GUEST_REGION_TWO_ADDRESS 0x0UL",
      "/* Region 'one', 4 KiB; Microkit sets one_vaddr, one_size, one_prefill. */",
      "#define PARENT_REGION_ONE_ADDRESS 0x1000UL", "#define PARENT_REGION_ONE_SIZE 0x1000UL",
      "#define PARENT_REGION_ONE_PERMISSIONS 3 /* rw */",
      "/* Region 'two', 4 KiB; Microkit sets paddr. */",
      "#define OTHER_REGION_THREE_PHYSICAL_ADDRESS 0x60000000UL",
      "#define PARENT_CAPABILITY_TCB_OTHER 1", "#define PARENT_CAPABILITY_SC_OTHER 3",
      "#define CHILD_PRIORITY 0", "#endif",
    ] {
      #expect(c.contains("\(line)\n"), "\(line)")
    }
    #expect(text(everything, .swift).contains("    static let toOther: UInt8 = 1\n"))
    #expect(
      text(everything, .swift).contains("      static let physicalAddress: UInt = 0x60000000\n"))
    #expect(text(everything, .rust).contains("        pub const TO_OTHER: usize = 1;\n"))
    #expect(text(everything, .rust).contains("        pub const COM_SIZE: usize = 0x8;\n"))
  }

  /// Names depend on what elements say, not on where they stand.
  @Test func theOrderOfTheFileDoesNotMatter() {
    let ends = [(7, 3), (2, 9), (5, 1)].map { (own: UInt8, other: UInt8) in
      Channel(.init("a", id: ChannelID(own)), .init("b", id: ChannelID(other)))
    }
    var system = domains(["a", "b"])
    system.channels = ends
    let before = text(system, .c)
    for line in ["A_CHANNEL_B 2", "A_CHANNEL_B_2 5", "A_CHANNEL_B_3 7", "B_CHANNEL_A 1"] {
      #expect(before.contains("#define \(line)\n"))
    }
    system.channels.reverse()
    for index in system.channels.indices {
      let channel = system.channels[index]
      (system.channels[index].a, system.channels[index].b) = (channel.b, channel.a)
    }
    #expect(text(system, .c) == before)
    // A region that is mapped twice.
    system.protectionDomains[0].maps = [Map("r", at: 0x9000), Map("r", at: 0x1000)]
    #expect(text(system, .c).contains("#define A_REGION_R_ADDRESS 0x1000UL\n"))
    #expect(text(system, .c).contains("#define A_REGION_R_2_ADDRESS 0x9000UL\n"))
  }

  @Test func oneDomain() throws {
    let header = SystemHeader(WebserverFixture.system, fileName: "web.system", language: .c)
    let file = try header.file(for: "nfs")
    #expect(file.name == "nfs.h")
    #expect(file.text.contains("#ifndef WEB_SYSTEM_NFS_H\n"))
    #expect(!file.text.contains("#define NET_VIRT"))
    // The names are those of the whole header.
    for line in file.text.split(separator: "\n") where line.hasPrefix("#define NFS") {
      #expect(header.text.contains("\(line)\n"))
    }
    let shared = try header.file(for: "micropython_net_copier", as: "self")
    #expect(shared.text.contains("#define SELF_CHANNEL_NET_VIRT_RX "))
    #expect(!shared.text.contains("#define MICRO"))
    #expect(header.files.count == WebserverFixture.system.allProtectionDomains.count)
    let swift = SystemHeader(WebserverFixture.system, fileName: "web.system", language: .swift)
    #expect(try swift.file(for: "nfs", as: "self").text.contains("enum Self_ {\n"))
    let rust = SystemHeader(WebserverFixture.system, fileName: "web.system", language: .rust)
    #expect(try rust.file(for: "nfs").text.contains("\n#[allow(dead_code)]\npub mod channel {\n"))
  }

  /// Each domain has a file of its own, which can be included beside the others.
  @Test(arguments: HeaderLanguage.allCases) func filesAreDistinct(_ language: HeaderLanguage) {
    let system = domains(["a-b", "a_b", "aB", "--", "++"])
    let files = SystemHeader(system, fileName: "a.system", language: language).files
    #expect(Set(files.map(\.name)).count == 5)
    if language == .c {
      #expect(files.map(\.name).prefix(3) == ["a_b.h", "a_b_2.h", "a_b_3.h"])
      let guards = files.map { $0.text.split(separator: "\n")[1] }
      #expect(Set(guards).count == 5)
    }
  }

  @Test func anUnknownDomainIsNamed() {
    let header = SystemHeader(WebserverFixture.system, fileName: "a", language: .c)
    let error = #expect(throws: HeaderError.self) { try header.file(for: "nsf") }
    #expect(error?.findings.first?.message == "the system has no protection domain 'nsf'")
    #expect(error?.findings.first?.fix == "did you mean 'nfs'?")
    let other = HeaderError.noDomain("zzzzzz", known: ["a", "b"])
    #expect(other.findings.first?.fix == "choose one of: a, b")
    #expect(HeaderError.noDomain("a", known: []).findings.first?.fix == "leave out --pd")
  }

  @Test func commentsStayComments() {
    let safe = commentText("a */ b // c \\\n\u{202e}? `[x]` <T> \u{1b}[31m\r")
    #expect(safe.unicodeScalars.allSatisfy { (0x20..<0x7f).contains($0.value) })
    #expect(!safe.contains("*/") && !safe.contains("\\") && !safe.contains("["))
    #expect(commentText("net_virt-rx@1: 'x/y'") == "net_virt-rx@1: 'x/y'")
  }

  /// Names of a file that differ, but not as identifiers, and combinations that meet only in C.
  @Test func collisions() {
    #expect(text(domains(["a-b", "a_b", "aB"]), .swift).contains("enum AB_2 {"))
    #expect(text(domains(["a-b", "a_b", "aB"]), .rust).contains("pub mod a_b_3 {"))
    var system = domains(["a", "a_channel", "priority"])
    system.channels = [Channel(.init("a", id: 4), .init("priority", id: 0))]
    let c = text(system, .c)
    #expect(c.contains("#define A_CHANNEL_PRIORITY 4\n"))
    #expect(c.contains("#define A_CHANNEL_PRIORITY_2 0\n"))
    #expect(text(domains(["self", "type", "3com", "UInt8"]), .swift).contains("enum Self_ {"))
    #expect(text(domains(["self", "type", "3com", "u_int8"]), .swift).contains("enum UInt8_ {"))
    #expect(text(domains(["std", "core"]), .rust).contains("pub mod std_ {"))
    #expect(text(domains(["self", "type", "3com"]), .rust).contains("pub mod pd_3com {"))
  }
}
