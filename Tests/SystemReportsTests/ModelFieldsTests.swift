// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import Testing

@testable import SystemReports

/// No field of the model can be forgotten: for each one, a system that differs in it alone differs
/// in `diff`, and in what `inspect` and `graph` show. A new field fails the first test until it has
/// a mutation.
@Suite struct ModelFieldsTests {
  @Test func everyFieldHasAMutation() {
    let covered = Set(FieldMutation.all.map(\.field)).union(FieldMutation.withoutMeaning)
    let fields = fields(of: everything)
    #expect(fields.subtracting(covered) == [], "fields without a mutation")
    #expect(covered.subtracting(fields) == [], "mutations of fields that do not exist")
    #expect(fields.count > 80)
  }

  @Test(arguments: FieldMutation.all) func diffShows(_ mutation: FieldMutation) {
    let after = mutation.mutated
    let changes = diff(everything, after)
    #expect(changes.map(\.subject).contains(mutation.subject))
    #expect(!ChangeRenderer().text(changes).isEmpty)
    #expect(diff(after, everything).count == changes.count)
  }

  @Test(arguments: FieldMutation.all) func inspectShows(_ mutation: FieldMutation) {
    let (before, after) = (SystemReport(everything), SystemReport(mutation.mutated))
    #expect(before.json() != after.json())
    if mutation.shows != .json { #expect(before.text() != after.text()) }
  }

  @Test(arguments: FieldMutation.all.filter { $0.shows == .everywhere })
  func graphShows(_ mutation: FieldMutation) {
    #expect(graph(everything) != graph(mutation.mutated))
  }
}

struct FieldMutation: Sendable, CustomTestStringConvertible {
  enum Place {
    /// In the JSON of `inspect` only.
    case json
    /// Also in its text.
    case text
    /// Also in the graph: rights, and what the drawing is about.
    case everywhere
  }

  var field: String
  var subject: Change.Subject
  var shows: Place
  var apply: @Sendable (inout SystemDescription) -> Void

  init(
    _ field: String, _ subject: Change.Subject, _ shows: Place = .everywhere,
    _ apply: @escaping @Sendable (inout SystemDescription) -> Void
  ) {
    (self.field, self.subject, self.shows, self.apply) = (field, subject, shows, apply)
  }

  var testDescription: String { field }

  var mutated: SystemDescription {
    var system = everything
    apply(&system)
    return system
  }

  /// All origins are equal.
  static let withoutMeaning = Set(
    [
      "MemoryRegion", "Map", "ProtectionDomain", "Interrupt", "IOPort", "PhysicalAddressSymbol",
      "GrantedCapability", "VirtualMachine", "VirtualMachine.CPU", "Channel", "Channel.End",
      "IOAddressSpace", "IOAddressSpace.IOMap",
    ].map { "\($0).origin" })

  static let all = systems + regions + maps + domains + parts + guests + channels + schedules + io

  private static let systems = [
    FieldMutation("SystemDescription.memoryRegions", .memoryRegion) {
      $0.memoryRegions.removeFirst()
    },
    FieldMutation("SystemDescription.protectionDomains", .protectionDomain) {
      $0.protectionDomains.removeLast()
    },
    FieldMutation("SystemDescription.channels", .channel) { $0.channels = [] },
    FieldMutation("SystemDescription.channels", .channel, .text) {
      $0.channels.append($0.channels[0])
    },
    FieldMutation("SystemDescription.domainSchedule", .domainSchedule) { $0.domainSchedule = nil },
    FieldMutation("SystemDescription.ioAddressSpaces", .ioAddressSpace) { $0.ioAddressSpaces = [] },
  ]

  private static let regions = [
    FieldMutation("MemoryRegion.name", .memoryRegion) { $0.memoryRegions[0].name = "uno" },
    FieldMutation("MemoryRegion.size", .memoryRegion) { $0.memoryRegions[0].size = nil },
    FieldMutation("MemoryRegion.pageSize", .memoryRegion, .json) {
      $0.memoryRegions[2].pageSize = nil
    },
    FieldMutation("MemoryRegion.physicalAddress", .memoryRegion, .text) {
      $0.memoryRegions[2].physicalAddress = 0
    },
    FieldMutation("MemoryRegion.prefillPath", .memoryRegion, .text) {
      $0.memoryRegions[2].prefillPath = "f"
    },
    FieldMutation("MemoryRegion.prefillBootInfo", .memoryRegion, .json) {
      $0.memoryRegions[2].prefillBootInfo = "x86_vbe"
    },
  ]

  private static func map(
    _ name: String, _ shows: Place, _ change: @escaping @Sendable (inout Map) -> Void
  ) -> FieldMutation {
    FieldMutation("Map.\(name)", .map, shows) { change(&$0.protectionDomains[0].maps[0]) }
  }

  private static let maps = [
    map("region", .everywhere) { $0.region = "two" }, map("address", .text) { $0.address = 0x2000 },
    map("permissions", .everywhere) { $0.permissions = .read },
    map("cached", .text) { $0.cached = false },
    map("addressSymbol", .text) { $0.addressSymbol = nil },
    map("sizeSymbol", .text) { $0.sizeSymbol = "s" },
    map("prefillSizeSymbol", .text) { $0.prefillSizeSymbol = nil },
  ]

  private static func domain(
    _ name: String, _ subject: Change.Subject = .protectionDomain, _ shows: Place = .everywhere,
    _ change: @escaping @Sendable (inout ProtectionDomain) -> Void
  ) -> FieldMutation {
    FieldMutation("ProtectionDomain.\(name)", subject, shows) { change(&$0.protectionDomains[0]) }
  }

  private static let domains = [
    domain("name") { $0.name = "mother" },
    domain("image", .protectionDomain, .text) { $0.image = .init("x.elf") },
    FieldMutation("ProtectionDomain.ProgramImage.path", .protectionDomain, .text) {
      $0.protectionDomains[0].image.path = "x.elf"
    },
    FieldMutation("ProtectionDomain.ProgramImage.symbolsPath", .protectionDomain, .text) {
      $0.protectionDomains[0].image.symbolsPath = nil
    },
    domain("priority") { $0.priority = 6 }, domain("budget") { $0.budget = 7 },
    domain("period") { $0.period = 2000 }, domain("passive") { $0.passive = true },
    domain("stackSize") { $0.stackSize = 0x8000 }, domain("smc") { $0.smc = true },
    domain("cpu") { $0.cpu = 1 }, domain("schedulingDomain") { $0.schedulingDomain = "d1" },
    domain("fpu") { $0.fpu = false }, domain("childID") { $0.children[0].childID = 2 },
    domain("childIDSymbol", .protectionDomain, .text) { $0.children[0].childIDSymbol = "s" },
    domain("maps", .map) { $0.maps.removeLast() },
    domain("interrupts", .interrupt) { $0.interrupts.removeLast() },
    domain("ioPorts", .ioPort) { $0.ioPorts = [] },
    domain("physicalAddressSymbols", .setvar, .text) { $0.physicalAddressSymbols = [] },
    domain("capabilities", .capability) { $0.capabilities.removeLast() },
    domain("virtualMachine", .virtualMachine) { $0.virtualMachine = nil },
    domain("children") { $0.children = [] },
    FieldMutation("ProtectionDomain.children", .protectionDomain) {
      let child = $0.protectionDomains[0].children.removeLast()
      $0.protectionDomains[1].children.append(child)
    },
  ]

  private static func part(
    _ field: String, _ subject: Change.Subject, _ shows: Place = .everywhere,
    _ change: @escaping @Sendable (inout ProtectionDomain) -> Void
  ) -> FieldMutation {
    FieldMutation(field, subject, shows) { change(&$0.protectionDomains[0]) }
  }

  private static let parts = [
    part("Interrupt.id", .interrupt) { $0.interrupts[0].id = 9 },
    part("Interrupt.idSymbol", .interrupt, .text) { $0.interrupts[0].idSymbol = "s" },
    part("Interrupt.source", .interrupt) { $0.interrupts[0].source = .line(40, .edge) },
    part("Interrupt.Source.line", .interrupt) { $0.interrupts[0].source = .line(41, .level) },
    part("Interrupt.Source.ioAPIC", .interrupt) {
      $0.interrupts[1].source = .ioAPIC(
        attributes: ["pin": "5", "vector": "5", "trigger": "level"])
    },
    part("Interrupt.Source.ioAPIC", .interrupt, .text) {
      $0.interrupts[1].source = .ioAPIC(attributes: ["pin": "4", "vector": "5", "trigger": "edge"])
    },
    part("Interrupt.Source.messageSignalled", .interrupt, .text) {
      $0.interrupts[2].source = .messageSignalled(
        attributes: ["pcidev": "00:03.0", "handle": "0", "vector": "7"])
    },
    part("IOPort.id", .ioPort, .text) { $0.ioPorts[0].id = 4 },
    part("IOPort.address", .ioPort) { $0.ioPorts[0].address = 0 },
    part("IOPort.size", .ioPort) { $0.ioPorts[0].size = 16 },
    part("IOPort.idSymbol", .ioPort, .text) { $0.ioPorts[0].idSymbol = "s" },
    part("IOPort.addressSymbol", .ioPort, .text) { $0.ioPorts[0].addressSymbol = "s" },
    part("PhysicalAddressSymbol.symbol", .setvar, .text) {
      $0.physicalAddressSymbols[0].symbol = "s"
    },
    part("PhysicalAddressSymbol.region", .setvar) { $0.physicalAddressSymbols[0].region = "one" },
    part("GrantedCapability.kind", .capability) { $0.capabilities[0].kind = .vspace },
    part("GrantedCapability.domain", .capability) { $0.capabilities[0].domain = "child" },
    part("GrantedCapability.slot", .capability, .text) { $0.capabilities[0].slot = 2 },
  ]

  private static func guest(
    _ field: String, _ subject: Change.Subject = .virtualMachine, _ shows: Place = .everywhere,
    _ change: @escaping @Sendable (inout VirtualMachine) -> Void
  ) -> FieldMutation {
    FieldMutation("VirtualMachine.\(field)", subject, shows) {
      guard var machine = $0.protectionDomains[0].virtualMachine else { return }
      change(&machine)
      $0.protectionDomains[0].virtualMachine = machine
    }
  }

  private static let guests = [
    guest("name") { $0.name = "g" }, guest("priority") { $0.priority = 3 },
    guest("budget") { $0.budget = 3 }, guest("period") { $0.period = 3000 },
    guest("cpus", .virtualCPU) { $0.cpus.append(.init(id: 1)) },
    guest("CPU.id", .virtualCPU) { $0.cpus[0].id = 1 },
    guest("CPU.cpu", .virtualCPU) { $0.cpus[0].cpu = 1 },
    guest("CPU.idSymbol", .virtualCPU, .text) { $0.cpus[0].idSymbol = "s" },
    guest("maps", .guestMap) { $0.maps[0].permissions = .read },
    guest("maps", .guestMap) { $0.maps = [] },
  ]

  private static func channel(
    _ field: String, _ shows: Place = .everywhere,
    _ change: @escaping @Sendable (inout Channel) -> Void
  ) -> FieldMutation {
    FieldMutation("Channel.\(field)", .channel, shows) { change(&$0.channels[0]) }
  }

  private static let channels = [
    channel("a") { $0.a.id = 2 }, channel("b") { $0.b.id = 2 },
    channel("End.domain") { $0.b.domain = "child" }, channel("End.id") { $0.b.id = 3 },
    channel("End.mayCall") { $0.a.mayCall = true }, channel("End.mayCall") { $0.b.mayCall = true },
    channel("End.mayNotify") { $0.a.mayNotify = false },
    channel("End.idSymbol", .text) { $0.b.idSymbol = "s" },
  ]

  private static func schedule(
    _ field: String, _ shows: Place = .everywhere,
    _ change: @escaping @Sendable (inout DomainSchedule) -> Void
  ) -> FieldMutation {
    FieldMutation("DomainSchedule.\(field)", .domainSchedule, shows) {
      guard var schedule = $0.domainSchedule else { return }
      change(&schedule)
      $0.domainSchedule = schedule
    }
  }

  private static let schedules = [
    schedule("domains", .text) { $0.domains.append(.init("d2")) },
    schedule("Domain.name", .text) { $0.domains[1].name = "d9" },
    schedule("Domain.id", .text) { $0.domains[0].id = nil },
    schedule("entries", .text) { $0.entries.swapAt(0, 1) },
    schedule("entries") { $0.entries.swapAt(1, 2) },
    schedule("Entry.run") { $0.entries[0] = .run(domain: "d0", duration: 6, .ticks) },
    schedule("Entry.run") { $0.entries[0] = .run(domain: "d0", duration: 5, .microseconds) },
    schedule("startIndex") { $0.startIndex = 1 },
    schedule("indexShift", .text) { $0.indexShift = 1 },
  ]

  private static let io = [
    FieldMutation("IOAddressSpace.attributes", .ioAddressSpace) {
      $0.ioAddressSpaces[0].attributes["peripheral_id"] = "00:04.0"
    },
    FieldMutation("IOAddressSpace.attributes", .ioAddressSpace, .text) {
      $0.ioAddressSpaces[0].attributes["domain_id"] = "2"
    },
    FieldMutation("IOAddressSpace.maps", .ioMap) { $0.ioAddressSpaces[0].maps = [] },
    FieldMutation("IOAddressSpace.IOMap.attributes", .ioMap) {
      $0.ioAddressSpaces[0].maps[0].attributes["perms"] = "r"
    },
    FieldMutation("IOAddressSpace.IOMap.attributes", .ioMap, .text) {
      $0.ioAddressSpaces[0].maps[0].attributes["iovaddr"] = "0x2000"
    },
  ]
}
