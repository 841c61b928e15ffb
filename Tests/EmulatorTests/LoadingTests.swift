// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import HostIO
import SystemModel
import TestSupport
import Testing

@testable import Emulator

@Suite struct LoadingTests {
  private let printer = #"""
    __attribute__((section(".data"))) word where = 1, size = 1, physical = 1, channel = 1;
    void init(void) {
      puthex(where); puts(" "); puthex(size); puts(" "); puthex(physical); puts(" ");
      puthex(channel); puts("\n");
      puthex(microkit_irqs); puts(" "); puthex(microkit_notifications); puts(" ");
      puthex(microkit_pps); puts("\n");
      word sp;
      __asm__("mov %0, sp" : "=r"(sp));
      puthex(sp >> 12); puts("\n");
    }
    void notified(word c) {}
    """#

  @Test func symbolsAreSetAsTheToolSetsThem() throws {
    let run = try TestSystem(
      programs: ["p": printer, "q": "void init(void) {} void notified(word c) {}"],
      xml: """
        <memory_region name="r" size="0x3000" phys_addr="0x50000000"/>
        <protection_domain name="p" priority="9"><program_image path="p.elf"/>
          <map mr="r" vaddr="0x4000000" perms="rw" setvar_vaddr="where" setvar_size="size"/>
          <setvar symbol="physical" region_paddr="r"/>
          <irq irq="33" id="7"/>
        </protection_domain>
        <protection_domain name="q" priority="10"><program_image path="q.elf"/></protection_domain>
        <channel><end pd="p" id="4" pp="true" setvar_id="channel"/><end pd="q" id="5"/></channel>
        """
    ).start()
    run.run()
    #expect(
      run.lines == ["0x4000000 0x3000 0x50000000 0x4", "0x80 0x10 0x10", "0xffffffd"])
  }

  @Test func theStackIsWhereTheSDKPutsIt() throws {
    let run = try TestSystem(
      sdk: .v2_0_1, programs: ["p": printer],
      xml: """
        <protection_domain name="p"><program_image path="p.elf"/></protection_domain>
        """
    ).start()
    run.run()
    #expect(run.lines.last == "0xfffffff")
  }

  @Test func regionsAreShared() throws {
    let run = try TestSystem(
      programs: [
        "w":
          "void init(void) { *(volatile word *)0x4000010 = 42; notify(0); } void notified(word c) {}",
        "r": #"""
        void init(void) {}
        void notified(word c) { puthex(*(volatile word *)0x9000010); puts("\n"); }
        """#,
      ],
      xml: """
        <memory_region name="shared" size="0x1000"/>
        <protection_domain name="w"><program_image path="w.elf"/>
          <map mr="shared" vaddr="0x4000000" perms="rw"/></protection_domain>
        <protection_domain name="r"><program_image path="r.elf"/>
          <map mr="shared" vaddr="0x9000000" perms="r"/></protection_domain>
        <channel><end pd="w" id="0"/><end pd="r" id="0"/></channel>
        """
    ).start()
    run.run()
    #expect(run.lines == ["0x2a"])
  }

  // MARK: Systems that cannot be run

  private func error(
    of xml: SystemDescription, image: [UInt8]? = nil
  ) throws -> EmulatorError? {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    if let image { try Files.replace("\(directory)/p.elf", with: image) }
    do throws(EmulatorError) {
      _ = try Machine(
        xml,
        Machine.Configuration(
          sdk: .v2_3_0, board: .qemuVirtAArch64, searchPaths: [directory]),
        console: MachineConsole { _ in })
      return nil
    } catch {
      #expect(!error.findings.isEmpty)
      return error
    }
  }

  private let single = SystemDescription(
    protectionDomains: [ProtectionDomain("lonely", image: .init("p.elf"))])

  @Test func aMissingImage() throws {
    let error = try #require(try error(of: single))
    guard case .noImage("p.elf", domain: "lonely", _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error.findings[0].place.map(String.init(describing:)) ?? "")".contains("lonely"))
  }

  @Test func aWrongArchitecture() throws {
    var image = StubELF().bytes
    image[18] = 62
    let error = try #require(try error(of: single, image: image))
    guard case .wrongImage(_, domain: "lonely") = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.findings[0].message.contains("p.elf"))
  }

  @Test func anOverlap() throws {
    var system = single
    system.memoryRegions = [MemoryRegion("r", size: 0x1000)]
    system.protectionDomains[0].maps = [Map("r", at: 0x20_0000)]
    let error = try #require(try error(of: system, image: StubELF().bytes))
    guard
      case .overlap("region 'r'", with: "segment 0", address: 0x20_0000, domain: "lonely") = error
    else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func aMissingSymbol() throws {
    var stub = StubELF()
    stub.without = ["microkit_passive"]
    let error = try #require(try error(of: single, image: stub.bytes))
    guard case .symbol("microkit_passive", _, domain: "lonely") = error else {
      Issue.record("\(error)")
      return
    }
  }

  /// A damaged image is rejected or loaded; it never crashes the emulator.
  @Test func mutatedImages() throws {
    let good = StubELF().bytes
    var random = SeededGenerator(seed: 1)
    for _ in 0..<fuzzIterations(60) {
      var image = good
      for _ in 0...random.below(4) {
        // Mostly in the headers, which matter most.
        let place = random.below(3) == 0 ? random.below(image.count) : random.below(64 + 2 * 56)
        image[place] = UInt8(truncatingIfNeeded: random.below(256))
      }
      _ = try error(of: single, image: image)
    }
  }
}
