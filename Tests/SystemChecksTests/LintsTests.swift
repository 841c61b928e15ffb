// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import Testing
import WebserverFixture

@testable import SystemChecks

@Suite struct LintsTests {
  // MARK: Whole systems

  /// LionsOS's layout causes one kind of warning, if the board is known: both copiers may write
  /// what the device wrote.
  @Test func webserverWarnsOnlyOfItsReceiveRing() {
    #expect(lint(WebserverFixture.system, sdk: .v2_3_0) == [])
    let findings = lint(WebserverFixture.system, sdk: .v2_3_0, target: .qemu)
    #expect(findings.map(\.rule) == ["copier-writes-dma"])
    #expect(
      findings.first?.message
        == "memory region 'virtio_mmio@a000000/net/rx/data/device', which a device reaches and others "
        + "receive from, can be written by 'micropython_net_copier' and 'nfs_net_copier', which only "
        + "copy from it")
  }

  @Test func findingsAreWarningsWithAFixAndAKnownRule() {
    let rules = Set(Lint.all.map(\.rule))
    #expect(rules.count == Lint.all.count)
    for finding in lint(WebserverFixture.system, sdk: .v1_4_1, target: .qemu) {
      #expect(finding.severity == .warning)
      #expect(finding.fix != nil)
      #expect(finding.place != nil)
      #expect(rules.contains(finding.rule))
    }
  }

  @Test func oneDomainAloneIsFine() {
    let hello = SystemDescription(protectionDomains: [
      ProtectionDomain("hello", image: .init("hello.elf"), priority: 1)
    ])
    #expect(lint(hello, sdk: .v2_3_0) == [])
  }

  // MARK: Each lint

  @Test func unconnectedSharing() {
    var system = pair(channel: nil)
    let rule = "unconnected-sharing"
    #expect(rules(system).contains(rule))
    system.channels = [Channel(.init("a", id: 0), .init("b", id: 0))]
    #expect(!rules(system).contains(rule))

    // A connection through another sharer counts; one through an outsider does not.
    system.protectionDomains.append(
      ProtectionDomain("c", image: .init("c"), maps: [Map("shared", at: 0x1000)]))
    system.channels.append(Channel(.init("b", id: 1), .init("c", id: 0)))
    #expect(!rules(system).contains(rule))
    system.protectionDomains[1].maps = []
    #expect(rules(system).contains(rule))
  }

  /// sDDF's I2C: the driver reads what the client wrote, and the virtualiser notifies it.
  @Test func anIntermediaryConnects() {
    var system = pair(channel: nil)
    system.memoryRegions += ["queue_a", "queue_b"].map { MemoryRegion($0, size: 0x1000) }
    system.protectionDomains[0].maps.append(Map("queue_a", at: 0x1000))
    system.protectionDomains[1].maps.append(Map("queue_b", at: 0x1000))
    system.protectionDomains.append(
      ProtectionDomain(
        "between", image: .init("v"),
        maps: [Map("queue_a", at: 0x1000), Map("queue_b", at: 0x2000)]))
    system.channels = [
      Channel(.init("a", id: 0), .init("between", id: 0)),
      Channel(.init("b", id: 0), .init("between", id: 1)),
    ]
    #expect(rules(system) == [])
    system.channels.removeLast()
    #expect(rules(system).contains("unconnected-sharing"))
  }

  /// sDDF's clock page: readers poll what one domain writes.
  @Test func oneWriterNeedsNoChannel() {
    var system = pair(channel: nil)
    #expect(rules(system) == ["unconnected-sharing"])
    system.protectionDomains[1].maps[0].permissions = .read
    #expect(rules(system) == [])
    system.protectionDomains[0].maps[0].permissions = .read
    #expect(rules(system) == [])
  }

  /// Two guests map the interrupt controller's virtual CPU interface, which is at a fixed address.
  @Test func aFixedAddressMayBeADevice() {
    var system = pair(channel: nil)
    system.memoryRegions[0].physicalAddress = 0x804_0000
    #expect(rules(system) == [])
  }

  @Test func parentsAndChildrenAreConnected() {
    var system = pair(channel: nil)
    var child = system.protectionDomains.removeLast()
    child.childID = 1
    system.protectionDomains[0].children = [child]
    #expect(!rules(system).contains("unconnected-sharing"))
  }

  @Test func writableExecutable() {
    var system = pair()
    #expect(!rules(system).contains("writable-executable"))
    system.protectionDomains[0].maps[0].permissions = [.read, .execute]
    #expect(!rules(system).contains("writable-executable"))
    system.protectionDomains[0].maps[0].permissions.insert(.write)
    #expect(rules(system).contains("writable-executable"))
  }

  @Test func unusedRegion() {
    var system = pair()
    system.memoryRegions.append(MemoryRegion("spare", size: 0x1000))
    #expect(rules(system) == ["unused-region"])
    // Asking for its physical address is a use.
    system.protectionDomains[0].physicalAddressSymbols = [
      PhysicalAddressSymbol("spare_paddr", region: "spare")
    ]
    #expect(rules(system) == [])
  }

  @Test func passiveNeverCalled() {
    var system = pair(channel: Channel(.init("a", id: 0), .init("b", id: 0, mayNotify: false)))
    system.protectionDomains[0].priority = 9
    system.protectionDomains[0].passive = true
    #expect(rules(system) == ["passive-never-called"])
    // It runs on the scheduling context that is bound to its notification.
    system.channels[0].b.mayNotify = true
    #expect(rules(system) == [])
    system.channels[0].b.mayNotify = false
    system.channels[0].b.mayCall = true
    #expect(rules(system) == [])
    system.channels[0].b.mayCall = false
    system.protectionDomains[0].interrupts = [Interrupt(40, id: 1)]
    #expect(rules(system) == [])
  }

  /// Nothing wakes it, but it may poll, loop in `init` or only set something up.
  @Test func nothingNeedsToWakeADomain() {
    var system = pair()
    system.protectionDomains.append(ProtectionDomain("lonely", image: .init("l")))
    #expect(rules(system) == [])
  }

  /// sDDF's benchmark is the parent of a passive timer driver, but never stops it.
  @Test func passiveChild() {
    let child = ProtectionDomain("child", image: .init("c"), childID: 1, passive: true)
    var system = pair()
    system.protectionDomains.append(
      ProtectionDomain("keeper", image: .init("k"), children: [child]))
    system.channels.append(Channel(.init("a", id: 9), .init("child", id: 0)))
    #expect(rules(system) == ["passive-child"])
    system.channels.append(Channel(.init("a", id: 10), .init("keeper", id: 0)))
    #expect(rules(system) == [])
  }

  /// Before 2.0, any peer may be the caller, so one that is less urgent is enough.
  @Test func callPriorityIsALintWhereTheToolDoesNotCheck() {
    var system = pair()
    system.channels[0].a.mayCall = true
    #expect(rules(system, sdk: .v1_4_1) == ["priority-inversion"])
    #expect(rules(system, sdk: .v2_0_1) == [])
    system.protectionDomains[1].priority = 1
    #expect(rules(system, sdk: .v1_4_1) == [])
    // A driver that only notifies the callee.
    system.protectionDomains.append(
      ProtectionDomain("driver", image: .init("d"), priority: 9, interrupts: [Interrupt(40, id: 1)])
    )
    system.channels.append(Channel(.init("driver", id: 2, mayCall: true), .init("b", id: 2)))
    #expect(rules(system, sdk: .v1_4_1) == [])
    system.protectionDomains[0].priority = 9
    #expect(rules(system, sdk: .v1_4_1) == ["priority-inversion"])
  }

  @Test func driverLessUrgentThanItsClient() {
    var system = pair()
    system.protectionDomains[0].interrupts = [Interrupt(40, id: 1)]
    system.protectionDomains[1].priority = 1
    #expect(rules(system) == ["priority-inversion"])
    system.channels.append(Channel(.init("b", id: 8), .init("a", id: 8)))
    #expect(rules(system) == ["priority-inversion"])
    system.protectionDomains[0].priority = 1
    #expect(rules(system) == [])
    // On another core, or in another time slice, it does not wait.
    system.protectionDomains[0].priority = 0
    system.protectionDomains[0].cpu = 1
    #expect(rules(system) == [])
    system.protectionDomains[0].cpu = nil
    #expect(rules(system) == ["priority-inversion"])
    // Without shared rings, nothing can overflow.
    system.protectionDomains[1].maps = []
    #expect(rules(system) == [])
  }

  /// A monitor with passed-through interrupts, or any less urgent domain with an interrupt, is the
  /// client of a domain that stands before another driver.
  @Test func aClientMayHaveInterrupts() {
    var system = pair()
    system.protectionDomains[0].interrupts = [Interrupt(40, id: 1)]
    system.protectionDomains[1].priority = 1
    #expect(rules(system) == ["priority-inversion"])
    system.protectionDomains[0].virtualMachine = VirtualMachine("guest", cpus: [.init(id: 0)])
    #expect(rules(system) == [])
    system.protectionDomains[0].virtualMachine = nil
    system.memoryRegions.append(MemoryRegion("ring", size: 0x1000))
    system.protectionDomains[1].maps.append(Map("ring", at: 0x30_0000))
    system.protectionDomains.append(
      ProtectionDomain(
        "driver", image: .init("d"), priority: 2, maps: [Map("ring", at: 0x30_0000)],
        interrupts: [Interrupt(41, id: 1)]))
    system.channels.append(Channel(.init("driver", id: 0), .init("b", id: 9)))
    #expect(rules(system) == [])
  }

  @Test func nameTruncated() {
    var system = pair()
    let seventeen = String(repeating: "n", count: 17)
    system.protectionDomains[0].name = seventeen
    system.channels[0].a.domain = seventeen
    #expect(rules(system, sdk: .v1_4_1) == ["name-truncated"])
    #expect(rules(system, sdk: .v2_0_1) == [])
  }

  @Test func regionMappedTwice() {
    var system = pair()
    system.protectionDomains[0].maps.append(Map("shared", at: 0x9000))
    #expect(rules(system) == [])
    system.protectionDomains[0].maps[1].permissions = .read
    #expect(rules(system) == ["region-mapped-twice"])
  }

  @Test func cachedMismatch() {
    var system = pair()
    system.protectionDomains[1].maps[0].cached = false
    #expect(rules(system) == ["cached-mismatch"])
    system.protectionDomains[0].maps[0].cached = false
    #expect(rules(system) == [])
  }

  // MARK: Places and hostile input

  @Test func pointsAtTheFileOrNamesTheEntity() {
    var system = pair()
    system.protectionDomains[0].maps[0].permissions = [.read, .write, .execute]
    #expect(
      lint(system, sdk: .v2_3_0).first?.place
        == .entity("map of 'shared' in protection domain 'a'"))
    let location = SourceLocation(file: "x.system", line: 7, column: 9)
    system.protectionDomains[0].maps[0].origin = Origin(location)
    #expect(lint(system, sdk: .v2_3_0).first?.place == .source(location))
  }

  @Test func survivesDanglingAndDuplicateNames() {
    let domain = ProtectionDomain(
      "a", image: .init("a"), maps: [Map("ghost", at: 1), Map("twice", at: .init(.max))])
    let broken = SystemDescription(
      memoryRegions: [
        MemoryRegion("twice", size: nil), MemoryRegion("twice", size: .init(.max)),
      ],
      protectionDomains: [domain, domain],
      channels: [Channel(.init("a", id: 0, mayCall: true), .init("ghost", id: 0))])
    for sdk in SDKVersion.allCases { _ = lint(broken, sdk: sdk) }
  }

  // MARK: Systems

  private func rules(_ system: SystemDescription, sdk: SDKVersion = .v2_3_0) -> [String] {
    lint(system, sdk: sdk).map(\.rule)
  }

  /// Two protection domains that share a region, and a channel unless told otherwise.
  private func pair(channel: Channel? = Channel(.init("a", id: 0), .init("b", id: 0)))
    -> SystemDescription
  {
    SystemDescription(
      memoryRegions: [MemoryRegion("shared", size: 0x1000)],
      protectionDomains: ["a", "b"].map {
        ProtectionDomain($0, image: .init("\($0).elf"), maps: [Map("shared", at: 0x20_0000)])
      },
      channels: channel.map { [$0] } ?? [])
  }
}
