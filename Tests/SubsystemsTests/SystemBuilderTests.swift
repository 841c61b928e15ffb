// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import Diagnostics
import Records
import Subsystems
import SystemModel
import Testing

@Suite struct SystemBuilderTests {
  var system: SystemBuilder

  init() throws {
    let board = Board.qemuVirtAArch64
    system = SystemBuilder(board: board, tree: try board.tree())
  }

  @Test mutating func mappingsHaveGuardPagesBetweenThem() throws {
    let pd = try system.add("a", sourceImage: "a.elf", priority: 1)
    let first = try system.map(system.addRegion("r", size: 1), into: pd, .read)
    let second = try system.map(system.addRegion("s", size: 0x3000), into: pd, .readWrite)
    let large = try system.map(system.addRegion("t", size: .mebibytes(4)), into: pd, .read)
    #expect(first.address == 0x2000_0000)
    #expect(first.region.size == 0x1000)
    #expect(second.address == 0x2000_2000)
    #expect(large.address.rawValue % 0x20_0000 == 0)
    #expect(large.address.rawValue >= second.address.rawValue + 0x3000 + 0x1000)
    #expect(system.layout().description.memoryRegion(named: "t")?.pageSize == .large)
  }

  /// A heap is a region of its own that only its program maps, and a record that says where.
  @Test mutating func aHeapIsARegion() throws {
    let pd = try system.add("a", sourceImage: "a.elf", priority: 1, heap: .mebibytes(30))
    _ = try system.add("b", sourceImage: "a.elf", priority: 1, heap: 5000)
    _ = try system.add("c", sourceImage: "a.elf", priority: 1)
    let layout = system.layout()
    let regions = layout.description.memoryRegions
    #expect(regions.map(\.name) == ["a_heap", "b_heap"])
    #expect(regions.map(\.size) == [.mebibytes(30), .kibibytes(8)])
    #expect(regions.map(\.pageSize) == [.large, nil])
    #expect(regions.map(\.physicalAddress) == [nil, nil])
    let map = try #require(layout.description.allProtectionDomains.first?.maps.first)
    #expect(map.permissions == .readWrite && map.region == "a_heap")
    let record = try #require(layout.records.first)
    #expect(record.domain == pd.name && record.section == ".serval_heap" && record.isServalsOwn)
    let view = try #require(RecordView<HeapConfig, [UInt8]>(record.bytes))
    #expect(view[HeapConfig.memory] == MappedRange(address: map.address.rawValue, size: 30 << 20))
    #expect(
      ["a", "b", "c"].map { layout.heapSize(of: $0) } == [.mebibytes(30), .kibibytes(8), nil])
    #expect(throws: SubsystemError.duplicateRegion("d_heap")) {
      _ = try system.addRegion("d_heap", size: 1)
      _ = try system.add("d", sourceImage: "a.elf", priority: 1, heap: 1)
    }
    #expect(throws: SubsystemError.invalidRegionSize(region: "e_heap", size: 0)) {
      try system.add("e", sourceImage: "a.elf", priority: 1, heap: 0)
    }
  }

  private struct Setting: ProgramRecord {
    static var name: StaticString { "setting" }
    var level: UInt8 = 3
    mutating func visit(_ fields: inout some RecordFields) { fields.visit("level", &level) }
  }

  private struct Broken: ProgramRecord {
    static var name: StaticString { "broken" }
    var level: UInt8 = 3
    mutating func visit(_ fields: inout some RecordFields) {}
  }

  @Test mutating func programsHaveRecordsOfTheirOwn() throws {
    let pd = try system.add("a", sourceImage: "a.elf", priority: 1)
    let other = try system.add("b", sourceImage: "a.elf", priority: 1)
    var setting = Setting()
    setting.level = 7
    try system.addRecord(setting, to: pd)
    try system.addRecord(Setting(), to: other)
    let layout = system.layout()
    #expect(layout.records.map(\.section) == [".program_records", ".program_records"])
    #expect(layout.records.map(\.fileName) == ["records_a.data", "records_b.data"])
    #expect(layout.programRecords(of: "a") == ["setting"])
    #expect(try ProgramRecords.read(Setting.self, from: layout.records[0].bytes).level == 7)
    #expect(try ProgramRecords.read(Setting.self, from: layout.records[1].bytes).level == 3)
    let twice = #expect(throws: SubsystemError.self) { try system.addRecord(setting, to: pd) }
    #expect(twice == .recordRefused(domain: "a", .duplicate("setting")))
    let broken = #expect(throws: SubsystemError.self) { try system.addRecord(Broken(), to: pd) }
    let finding = try #require(broken?.findings.first)
    #expect(
      finding.message == "record 'broken' has a property 'level' that its visit passes over")
    #expect(finding.fix == #"add fields.visit("level", &level)"#)
    #expect(finding.place == .entity("protection domain 'a'"))
    #expect(throws: SubsystemError.textTooLong(what: "title", text: "abcde", limit: 4)) {
      try RecordText<4>("abcde", what: "title")
    }
    #expect(throws: SubsystemError.textNotPlain(what: "title", text: "a\u{1b}")) {
      try RecordText<4>("a\u{1b}", what: "title")
    }
  }

  @Test mutating func dmaRegionsGrowDownFromTheBoardsTop() throws {
    let first = try system.addDMARegion("a", size: 0x1_0000)
    let second = try system.addDMARegion("b", size: 0x10_0000)
    #expect(first.physicalAddress == 0x5fff_0000)
    #expect(second.physicalAddress == 0x5fef_0000)
  }

  @Test mutating func physicalMemoryRunsOutWithAnError() throws {
    // RAM of the QEMU board begins at 1 GiB, 512 MiB below the top.
    _ = try system.addDMARegion("a", size: .mebibytes(512))
    #expect(throws: SubsystemError.physicalMemoryExhausted(region: "b", size: 0x1000)) {
      try system.addDMARegion("b", size: 0x1000)
    }
  }

  @Test mutating func identifiersRunOutWithAnError() throws {
    let hub = try system.add("hub", sourceImage: "h.elf", priority: 1)
    for index in 0..<62 {
      let peer = try system.add("p\(index)", sourceImage: "p.elf", priority: 1)
      let ids = try system.connect(server: hub, client: peer)
      #expect(ids.server.rawValue == UInt8(index))
      #expect(ids.client == 0)
    }
    let last = try system.add("last", sourceImage: "p.elf", priority: 1)
    #expect(throws: SubsystemError.identifiersExhausted(domain: "hub")) {
      try system.connect(server: hub, client: last)
    }
  }

  @Test mutating func aCalleeMustBeMoreUrgent() throws {
    let server = try system.add("server", sourceImage: "s.elf", priority: 5)
    let client = try system.add("client", sourceImage: "c.elf", priority: 5)
    let error = #expect(throws: SubsystemError.self) {
      try system.connect(server: server, client: client, .protectedCalls)
    }
    #expect(error?.findings.first?.fix == "give 'server' a priority of at least 6")
  }

  /// Network virtualisers keep their clients' state on the stack, and fault where it does not fit.
  @Test mutating func aNetworkVirtualiserNeedsItsStack() throws {
    let driver = try system.add("driver", sourceImage: "d.elf", priority: 3)
    let virtTx = try system.add(
      "virt_tx", sourceImage: "t.elf", priority: 2,
      stackSize: NetworkSubsystem.virtualiserStackSize)
    let virtRx = try system.add("virt_rx", sourceImage: "r.elf", priority: 2)
    let copier = try system.add("copier", sourceImage: "c.elf", priority: 2)
    let client = try system.add("client", sourceImage: "c.elf", priority: 1)
    var network = NetworkSubsystem(driver: driver, virtTx: virtTx, virtRx: virtRx)
    try network.addClient(.init(client, copier: copier))
    let subsystem = network
    let error = #expect(throws: SubsystemError.self) { try subsystem.connect(in: &system) }
    #expect(error == .stackTooSmall(domain: "virt_rx", size: 0x4000, needed: 0x10000))
    let finding = error?.findings.first
    #expect(finding?.message == "its stack has 0x4000 bytes, and its program needs 0x10000")
    #expect(finding?.fix == "add it with stackSize: 0x10000 or more")
  }

  /// What addSerial and addNetwork choose is enough; a smaller stack is refused when the domain is added.
  @Test(
    arguments: [
      ("serial_virt_rx.elf", 0x4000), ("serial_virt_tx.elf", 0x4000), ("net_virt_rx.elf", 0x1_0000),
      ("net_virt_tx.elf", 0x1_0000), ("net_copier.elf", 0x2000), ("timer_driver_arm.elf", 0x1000),
    ] as [(String, UInt64)])
  mutating func servalsProgramsNeedTheirStacks(_ image: String, _ needed: UInt64) throws {
    let small = ByteCount(needed - 0x800)
    #expect(
      throws: SubsystemError.stackTooSmall(domain: "a", size: small, needed: ByteCount(needed))
    ) { try system.add("a", sourceImage: image, priority: 1, stackSize: small) }
    _ = try system.add("a", sourceImage: image, priority: 1, stackSize: ByteCount(needed))
    _ = try system.add("b", sourceImage: "mine.elf", priority: 1, stackSize: 0x1000)
    _ = try system.addSerial(withInput: true)
    _ = try system.addNetwork()
  }

  /// The service is passive, more urgent than its clients, and each client has a channel to it alone.
  @Test mutating func entropy() throws {
    let clients = try ["a", "b"].map {
      try system.add($0, sourceImage: "\($0).elf", priority: SystemBuilder.sharedPriority)
    }
    var entropy = try #require(try system.addEntropy())
    for client in clients { try entropy.addClient(client) }
    #expect(throws: SubsystemError.duplicateClient(subsystem: "entropy", client: "a")) {
      try entropy.addClient(clients[0])
    }
    try entropy.connect(in: &system)
    let layout = system.layout()
    let driver = system.domain(entropy.driver)
    #expect(driver.passive == true && driver.interrupts.isEmpty)
    #expect(driver.maps.count == 2)
    #expect(layout.description.channels.count == 2)
    for (index, channel) in layout.description.channels.enumerated() {
      #expect(channel.ends.map(\.domain) == ["entropy", clients[index].name])
      let record = try #require(
        layout.records.first {
          $0.domain == clients[index].name && $0.section == ".entropy_client_config"
        })
      #expect(record.isServalsOwn)
      let view = try #require(RecordView<EntropyClientConfig, [UInt8]>(record.bytes))
      #expect(view[EntropyClientConfig.serverID] == channel.b.id.rawValue)
    }
    // No other domain maps its memory.
    for map in driver.maps {
      #expect(
        layout.description.protectionDomains.filter { domain in
          domain.maps.contains { $0.region == map.region }
        }.map(\.name) == ["entropy"])
    }
  }

  @Test func noGenerator() throws {
    var system = SystemBuilder(
      board: .odroidC4, tree: try Board.odroidC4.tree(),
      drivers: DriverDescription.builtIn.filter { $0.role != .entropy })
    #expect(try system.addEntropy() == nil)
  }

  @Test(arguments: ["", "a b", "a/b", "ä", String(repeating: "x", count: 64)])
  mutating func refusesNamesThatMakeNoFileName(_ name: String) {
    #expect(throws: SubsystemError.invalidDomainName(name)) {
      try system.add(name, sourceImage: "a.elf", priority: 1)
    }
  }

  @Test mutating func oneInterruptGoesToOneDomain() throws {
    let a = try system.add("a", sourceImage: "a.elf", priority: 1)
    let b = try system.add("b", sourceImage: "a.elf", priority: 1)
    #expect(try system.addInterrupt(40, .edge, to: a) == 0)
    #expect(throws: SubsystemError.interruptTaken(40, by: "a", wantedBy: "b")) {
      try system.addInterrupt(40, .edge, to: b)
    }
  }

  @Test mutating func devicesInOnePageShareARegion() throws {
    let first = try system.addDeviceRegion("uart", size: 0x1000, at: 0x900_0000)
    let second = try system.addDeviceRegion("gpio", size: 0x1000, at: 0x900_0000)
    #expect(first == second)
    #expect(system.layout().description.memoryRegions.count == 1)
  }

  @Test mutating func childrenStandInsideTheirParent() throws {
    let parent = try system.add("parent", sourceImage: "p.elf", priority: 2)
    let child = try system.add("child", sourceImage: "c.elf", priority: 1, parent: parent)
    let grandchild = try system.add("grandchild", sourceImage: "c.elf", priority: 0, parent: child)
    let top = try #require(system.layout().description.protectionDomains.first)
    #expect(top.children.map(\.name) == ["child"])
    #expect(top.children.first?.childID == 0)
    #expect(top.children.first?.children.map(\.name) == [grandchild.name])
    #expect(system.layout().description.protectionDomains.count == 1)
  }
}
