// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FoundationEssentials
import SystemModel
import Testing
import WebserverFixture

@testable import SystemReports

@Suite struct DiffTests {
  let webserver = WebserverFixture.system

  @Test func equalSystemsDoNotDiffer() {
    #expect(diff(webserver, webserver) == [])
    #expect(diff(everything, everything) == [])
    #expect(ChangeRenderer().text([]) == "")
    #expect(ChangeRenderer().json([]) == "[\n\n]\n")
  }

  @Test func orderDoesNotMatter() {
    var shuffled = webserver
    shuffled.memoryRegions.reverse()
    shuffled.protectionDomains.reverse()
    shuffled.channels = shuffled.channels.reversed().map { Channel($0.b, $0.a) }
    for index in shuffled.protectionDomains.indices {
      shuffled.protectionDomains[index].maps.reverse()
    }
    #expect(diff(webserver, shuffled) == [])
  }

  @Test func explicitDefaultsEqualImplicitOnes() {
    let bare = SystemDescription(protectionDomains: [ProtectionDomain("p", image: .init("p"))])
    var written = bare
    written.protectionDomains[0] = ProtectionDomain(
      "p", image: .init("p"), priority: 0, budget: 1000, period: 1000, stackSize: 0x2000, cpu: 0,
      fpu: true)
    #expect(diff(bare, written) == [])
    #expect(
      ChangeRenderer().text(diff(bare, written, sdk: .v1_4_1))
        == "~ protection domain 'p': stack_size 0x1000 -> 0x2000\n")
  }

  @Test func linesOfEveryKind() {
    var after = everything
    after.memoryRegions[0].size = 0x3000
    after.memoryRegions.append(MemoryRegion("new", size: 0x1000, physicalAddress: 0x5000))
    after.protectionDomains[0].maps[0].permissions = .read
    after.protectionDomains[0].maps.remove(at: 1)
    after.protectionDomains[0].interrupts[0].source = .line(40, .edge)
    after.channels[0].b.mayNotify = false
    let text = ChangeRenderer().text(diff(everything, after))
    #expect(
      text == """
        + memory region 'new': size 0x1000, phys_addr 0x5000
        ~ memory region 'one': size 0x1000 -> 0x3000
        ~ map 'one' in 'parent': perms rw -> r
        - map 'two' in 'parent': vaddr 0x9000, perms rw, cached true
        ~ interrupt 'irq 40' in 'parent': trigger level -> edge
        ~ channel 'other - parent': notify of other true -> false

        """)
  }

  @Test func namesCannotCommandATerminal() {
    var after = everything
    after.memoryRegions.append(MemoryRegion("\u{9b}31m\n+ x", size: 0x1000))
    #expect(
      ChangeRenderer().text(diff(everything, after))
        == "+ memory region '\\u{009B}31m\\n+ x': size 0x1000\n")
  }

  @Test func twoMapsOfARegionArePairedByWhatIsEqual() {
    var before = everything
    before.protectionDomains[0].maps = [Map("one", at: 0x1000), Map("one", at: 0x8000, .read)]
    var after = before
    after.protectionDomains[0].maps = [Map("one", at: 0x7000, .read), Map("one", at: 0x1000)]
    #expect(
      ChangeRenderer().text(diff(before, after))
        == "~ map 'one' in 'parent': vaddr 0x8000 -> 0x7000\n")
  }

  @Test func obviousRenamesAreOneLine() {
    var after = webserver
    after.renameRegion("fs_nfs_share", to: "files")
    #expect(
      ChangeRenderer().text(diff(webserver, after))
        == "~ memory region 'files', formerly 'fs_nfs_share'\n")
    after.renameDomain("micropython", to: "webserver")
    #expect(
      ChangeRenderer().text(diff(webserver, after)) == """
        ~ memory region 'files', formerly 'fs_nfs_share'
        ~ protection domain 'webserver', formerly 'micropython'

        """)
  }

  @Test func doubtfulRenamesAreNot() {
    // Two regions that differ only in name are both renamed: which is which would be a guess.
    let before = SystemDescription(memoryRegions: [
      MemoryRegion("a", size: 0x1000), MemoryRegion("b", size: 0x1000),
    ])
    let after = SystemDescription(memoryRegions: [
      MemoryRegion("c", size: 0x1000), MemoryRegion("d", size: 0x1000),
    ])
    #expect(diff(before, after).map(\.kind) == [.removed, .removed, .added, .added])
    var resized = webserver
    resized.renameRegion("fs_nfs_share", to: "files")
    let index = resized.memoryRegions.firstIndex { $0.name == "files" }
    if let index { resized.memoryRegions[index].size = 0x1000 }
    #expect(!diff(webserver, resized).contains { $0.kind == .renamed })
  }

  @Test func jsonReadsBack() throws {
    var after = webserver
    after.protectionDomains.removeLast()
    let changes = diff(webserver, after)
    #expect(!changes.isEmpty)
    let data = Data(ChangeRenderer().json(changes).utf8)
    #expect(try JSONDecoder().decode([Change].self, from: data) == changes)
  }

  @Test func colourWrapsWholeLines() {
    let change = Change(.added, .memoryRegion, "x")
    #expect(
      ChangeRenderer(colour: true).text([change]) == "\u{1b}[32m+ memory region 'x'\u{1b}[0m\n")
  }
}
