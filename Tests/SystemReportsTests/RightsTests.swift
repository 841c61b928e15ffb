// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FoundationEssentials
import HostIO
import SystemModel
import TestSupport
import Testing
import WebserverFixture

@testable import SystemReports

/// What `inspect` says first: who has rights over whom, and how the time is divided.
@Suite struct RightsTests {
  @Test func allKindsInOrder() {
    var system = everything
    system.protectionDomains[0].capabilities.append(.init(.vspace, of: "child", slot: 9))
    system.protectionDomains[1].smc = true
    let text = SystemReport(system).text()
    #expect(
      text.contains(
        """

        rights beyond memory, channels and interrupts
          parent  TCB of other, in slot 1: stops it, restarts it, sets its registers
          parent  VSpace of child, in slot 9: maps memory into it
          parent  scheduling context of other, in slot 3: takes its processor time
          other   secure monitor calls
          parent  I/O ports 0x3f8 to 0x3ff
          nic     device 00:03.0 reads and writes one
          parent  parent of child (child 1): handles its faults, stops it, restarts it
          parent  runs guest guest: vCPU 0 on cpu 0

        scheduling domains in turn: d0 5 ticks, d1 15 ticks; from entry 2 of the kernel's table
          d0  id 0  25 %  parent
          d1  id 1  75 %  other

        """))
    #expect(
      SystemReport(system).rights.map(\.kind) == SystemReport.Right.Kind.allCases)
  }

  /// In a system as large as the web server, a reviewer sees on the first screen that one domain
  /// can do anything to another.
  @Test func theFirstScreenShowsATCB() throws {
    var system = WebserverFixture.system
    let last = system.protectionDomains.count - 1
    system.protectionDomains[last].capabilities = [
      .init(.tcb, of: system.protectionDomains[0].name, slot: 5)
    ]
    // Even where many lesser rights compete.
    for index in 0..<last {
      system.protectionDomains[index].smc = true
      system.protectionDomains[index].ioPorts = [IOPort(id: 0, address: 0, size: 1)]
    }
    let screen = SystemReport(system).text(width: 80).split(
      separator: "\n", omittingEmptySubsequences: false
    ).prefix(24)
    let holder = system.protectionDomains[last].name
    #expect(
      screen.contains {
        $0.contains(holder) && $0.contains("TCB of \(system.protectionDomains[0].name)")
      })
  }

  @Test func scheduleThatIsReachedInPartOnly() throws {
    let schedule = DomainSchedule(
      domains: [.init("a"), .init("b"), .init("c")],
      entries: [
        .run(domain: "c", duration: 9, .microseconds),
        .run(domain: "a", duration: 1, .microseconds),
        .run(domain: "b", duration: 2, .microseconds), .endMarker,
        .run(domain: "c", duration: 7, .microseconds),
      ], startIndex: 1)
    let report = SystemReport(SystemDescription(domainSchedule: schedule))
    let shares = try #require(report.schedule).domains.map(\.share)
    #expect(shares == [0.3333, 0.6667, 0])
    #expect(report.schedule?.entries.map(\.runs) == [false, true, true, false, false])
    #expect(
      report.text().contains(
        """
        scheduling domains in turn: a 1 us, b 2 us; never reached: c 9 us, c 7 us
          a    33.3 %
          b    66.7 %
          c       0 %

        """))
    #expect(report.json().contains("\"share\" : 0.3333"))
  }

  @Test func durationsInDifferentUnitsHaveNoShares() {
    let schedule = DomainSchedule(
      domains: [.init("a"), .init("b")],
      entries: [
        .run(domain: "a", duration: .max, .ticks), .run(domain: "b", duration: 2, .microseconds),
      ])
    let report = SystemReport(SystemDescription(domainSchedule: schedule))
    #expect(report.schedule?.domains.map(\.share) == [nil, nil])
    #expect(percentage(0.0001) == "below 0.1 %")
    #expect(percentage(1) == "100 %")
  }

  @Test func virtualCPUsRunOnTheirMonitorsCore() {
    let system = SystemDescription(protectionDomains: [
      ProtectionDomain(
        "vmm", image: .init("v"), cpu: 2,
        virtualMachine: VirtualMachine("g", cpus: [.init(id: 0), .init(id: 1, cpu: 3)]))
    ])
    #expect(
      SystemReport(system, sdk: .v2_3_0).text().contains("vCPU 0 on cpu 2, vCPU 1 on cpu 3"))
    // Before 2.3.0 the default was core 0.
    #expect(
      SystemReport(system, sdk: .v2_2_0).text().contains("vCPU 0 on cpu 0, vCPU 1 on cpu 3"))
  }

  @Test func sizesOfPrefilledRegions() throws {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    try Files.replace("\(directory)/blob.bin", with: [UInt8](repeating: 1, count: 4097))
    try Files.replace("\(directory)/empty.bin", with: [])
    let system = SystemDescription(
      memoryRegions: [
        MemoryRegion("blob", size: nil, prefillPath: "blob.bin"),
        MemoryRegion("large", size: nil, pageSize: .large, prefillPath: "blob.bin"),
        MemoryRegion("fixed", size: 0x8000, prefillPath: "blob.bin"),
        MemoryRegion("empty", size: nil, prefillPath: "empty.bin"),
        MemoryRegion("absent", size: nil, prefillPath: "absent.bin"),
        MemoryRegion("folder", size: nil, prefillPath: "."),
        MemoryRegion("boot", size: nil, prefillBootInfo: "fdt"),
      ],
      protectionDomains: [
        ProtectionDomain(
          "p", image: .init("p"), maps: [Map("blob", at: 0x1000), Map("absent", at: 0x8000)])
      ])
    let sized = system.sizingPrefilledRegions(searchPaths: ["/nonexistent", directory])
    #expect(
      sized.memoryRegions.map(\.size) == [0x2000, 0x20_0000, 0x8000, nil, nil, nil, 0x1000])
    let text = SystemReport(sized).text()
    #expect(text.contains("  maps 8 KiB and 1 of unknown size\n"))
    #expect(text.contains("8 KiB  rw  private, prefilled from blob.bin"))
    #expect(text.contains("?  rw  private, size unknown without absent.bin"))
    #expect(!text.contains(" 0 B"))
    #expect(SystemReport(sized).unsizedRegions == 3)
    let unknown = SystemReport(system.sizingPrefilledRegions(searchPaths: []))
    #expect(unknown.text().contains("  maps of unknown size\n"))
  }

  @Test func regionsWhoseAddressIsAskedForAreUsed() {
    let system = SystemDescription(
      memoryRegions: [
        MemoryRegion("asked", size: 0x1000),
        MemoryRegion("fixed", size: 0x1000, physicalAddress: 0x6000_0000),
        MemoryRegion("left", size: 0x1000), MemoryRegion("behind", size: 0x1000),
      ],
      protectionDomains: [
        ProtectionDomain(
          "p", image: .init("p"),
          physicalAddressSymbols: [
            .init("a", region: "asked"), .init("f", region: "fixed"),
          ])
      ],
      ioAddressSpaces: [
        IOAddressSpace(
          attributes: ["name": "nic"], maps: [.init(attributes: ["mr": "behind"])])
      ])
    #expect(SystemReport(system).regions.map(\.kind) == [.dma, .dma, .unused, .dma])
    #expect(SystemReport(system).text().contains("memory that no domain maps\n"))
  }
}
