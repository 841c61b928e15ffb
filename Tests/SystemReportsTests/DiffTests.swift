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

  /// A change in any single attribute of a description must show.
  @Test(arguments: Mutation.all) func everyAttributeCounts(_ mutation: Mutation) throws {
    var after = everything
    mutation.apply(&after)
    let changes = diff(everything, after)
    #expect(changes.map(\.subject).contains(mutation.subject), "\(mutation)")
    #expect(!ChangeRenderer().text(changes).isEmpty)
    // The reverse has as many changes.
    #expect(diff(after, everything).count == changes.count)
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

/// A description that contains one of everything.
private let everything = SystemDescription(
  memoryRegions: [MemoryRegion("one", size: 0x1000), MemoryRegion("two", size: 0x1000)],
  protectionDomains: [
    ProtectionDomain(
      "parent", image: .init("parent.elf"), priority: 5,
      maps: [Map("one", at: 0x1000), Map("two", at: 0x9000)], interrupts: [Interrupt(40, id: 0)],
      ioPorts: [IOPort(id: 3, address: 0x3f8, size: 8)],
      physicalAddressSymbols: [PhysicalAddressSymbol("paddr", region: "two")],
      capabilities: [GrantedCapability(.tcb, of: "other", slot: 1)],
      virtualMachine: VirtualMachine("guest", cpus: [.init(id: 0)], maps: [Map("two", at: 0)]),
      children: [ProtectionDomain("child", image: .init("child.elf"), childID: 1)]),
    ProtectionDomain("other", image: .init("other.elf"), priority: 1),
  ],
  channels: [Channel(.init("parent", id: 1), .init("other", id: 1))],
  domainSchedule: DomainSchedule(
    domains: [.init("d0", id: 0), .init("d1", id: 1)],
    entries: [.run(domain: "d0", duration: 5, .ticks), .endMarker]),
  ioAddressSpaces: [
    IOAddressSpace(
      attributes: ["name": "nic", "id": "1"], maps: [.init(attributes: ["mr": "one"])])
  ])

struct Mutation: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var subject: Change.Subject
  var apply: @Sendable (inout SystemDescription) -> Void

  init(
    _ description: String, _ subject: Change.Subject,
    _ apply: @escaping @Sendable (inout SystemDescription) -> Void
  ) {
    testDescription = description
    self.subject = subject
    self.apply = apply
  }

  static let all = regions + domains + parts + rest

  private static let regions = [
    Mutation("size", .memoryRegion) { $0.memoryRegions[0].size = nil },
    Mutation("page size", .memoryRegion) { $0.memoryRegions[0].pageSize = .small },
    Mutation("paddr", .memoryRegion) { $0.memoryRegions[0].physicalAddress = 0 },
    Mutation("prefill", .memoryRegion) { $0.memoryRegions[0].prefillPath = "f" },
    Mutation("bootinfo", .memoryRegion) { $0.memoryRegions[0].prefillBootInfo = "b" },
    Mutation("region gone", .memoryRegion) { $0.memoryRegions.removeLast() },
  ]

  private static func domain(
    _ name: String, _ change: @escaping @Sendable (inout ProtectionDomain) -> Void
  ) -> Mutation {
    Mutation(name, .protectionDomain) { change(&$0.protectionDomains[0]) }
  }

  private static let domains = [
    domain("image") { $0.image.path = "x.elf" }, domain("symbols") { $0.image.symbolsPath = "s" },
    domain("priority") { $0.priority = 6 }, domain("budget") { $0.budget = 7 },
    domain("period") { $0.period = 2000 }, domain("passive") { $0.passive = true },
    domain("stack") { $0.stackSize = 0x8000 }, domain("smc") { $0.smc = true },
    domain("cpu") { $0.cpu = 1 }, domain("domain") { $0.schedulingDomain = "d0" },
    domain("fpu") { $0.fpu = false }, domain("child id") { $0.children[0].childID = 2 },
    domain("child symbol") { $0.children[0].childIDSymbol = "s" },
    domain("child gone") { $0.children = [] },
    Mutation("child moves", .protectionDomain) {
      let child = $0.protectionDomains[0].children.removeLast()
      $0.protectionDomains[1].children.append(child)
    },
  ]

  private static func map(
    _ name: String, _ change: @escaping @Sendable (inout Map) -> Void
  ) -> Mutation {
    Mutation(name, .map) { change(&$0.protectionDomains[0].maps[0]) }
  }

  private static let parts = [
    map("address") { $0.address = 0x2000 }, map("perms") { $0.permissions = .read },
    map("cached") { $0.cached = false }, map("vaddr symbol") { $0.addressSymbol = "s" },
    map("size symbol") { $0.sizeSymbol = "s" },
    map("prefill symbol") { $0.prefillSizeSymbol = "s" },
    map("other region") { $0.region = "two" },
    Mutation("irq id", .interrupt) { $0.protectionDomains[0].interrupts[0].id = 9 },
    Mutation("irq symbol", .interrupt) { $0.protectionDomains[0].interrupts[0].idSymbol = "s" },
    Mutation("irq line", .interrupt) {
      $0.protectionDomains[0].interrupts[0].source = .line(41, .level)
    },
    Mutation("irq kind", .interrupt) {
      $0.protectionDomains[0].interrupts[0].source = .ioAPIC(attributes: ["pin": "1"])
    },
    Mutation("setvar", .setvar) {
      $0.protectionDomains[0].physicalAddressSymbols[0].region = "one"
    },
    Mutation("port id", .ioPort) { $0.protectionDomains[0].ioPorts[0].id = 4 },
    Mutation("port size", .ioPort) { $0.protectionDomains[0].ioPorts[0].size = 16 },
    Mutation("port address", .ioPort) { $0.protectionDomains[0].ioPorts[0].address = 0 },
    Mutation("port symbols", .ioPort) { $0.protectionDomains[0].ioPorts[0].idSymbol = "s" },
    Mutation("port symbol", .ioPort) { $0.protectionDomains[0].ioPorts[0].addressSymbol = "s" },
    Mutation("cap slot", .capability) { $0.protectionDomains[0].capabilities[0].slot = 2 },
    Mutation("cap kind", .capability) { $0.protectionDomains[0].capabilities[0].kind = .vspace },
    Mutation("vm name", .virtualMachine) { $0.protectionDomains[0].virtualMachine?.name = "g" },
    Mutation("vm priority", .virtualMachine) {
      $0.protectionDomains[0].virtualMachine?.priority = 3
    },
    Mutation("vm budget", .virtualMachine) { $0.protectionDomains[0].virtualMachine?.budget = 3 },
    Mutation("vm period", .virtualMachine) {
      $0.protectionDomains[0].virtualMachine?.period = 3000
    },
    Mutation("vcpu", .virtualCPU) { $0.protectionDomains[0].virtualMachine?.cpus[0].id = 1 },
    Mutation("vcpu cpu", .virtualCPU) { $0.protectionDomains[0].virtualMachine?.cpus[0].cpu = 1 },
    Mutation("vcpu symbol", .virtualCPU) {
      $0.protectionDomains[0].virtualMachine?.cpus[0].idSymbol = "s"
    },
    Mutation("guest map", .guestMap) {
      $0.protectionDomains[0].virtualMachine?.maps[0].permissions = .read
    },
  ]

  private static let rest = [
    Mutation("id a", .channel) { $0.channels[0].a.id = 2 },
    Mutation("id b", .channel) { $0.channels[0].b.id = 2 },
    Mutation("call a", .channel) { $0.channels[0].a.mayCall = true },
    Mutation("call b", .channel) { $0.channels[0].b.mayCall = true },
    Mutation("notify", .channel) { $0.channels[0].a.mayNotify = false },
    Mutation("symbol", .channel) { $0.channels[0].b.idSymbol = "s" },
    Mutation("channel gone", .channel) { $0.channels = [] },
    Mutation("channel twice", .channel) { $0.channels.append($0.channels[0]) },
    Mutation("schedule gone", .domainSchedule) { $0.domainSchedule = nil },
    Mutation("schedule order", .domainSchedule) { $0.domainSchedule?.entries.reverse() },
    Mutation("schedule start", .domainSchedule) { $0.domainSchedule?.startIndex = 1 },
    Mutation("schedule shift", .domainSchedule) { $0.domainSchedule?.indexShift = 1 },
    Mutation("domain id", .domainSchedule) { $0.domainSchedule?.domains[0].id = nil },
    Mutation("io space", .ioAddressSpace) { $0.ioAddressSpaces[0].attributes["id"] = "2" },
    Mutation("io map", .ioAddressSpace) { $0.ioAddressSpaces[0].maps = [] },
  ]
}
