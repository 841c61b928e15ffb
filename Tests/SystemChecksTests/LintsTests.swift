// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import Testing
import WebserverFixture

@testable import SystemChecks

@Suite struct LintsTests {
  // MARK: Whole systems

  /// LionsOS's layout causes one kind of warning: both copiers may write what the device wrote.
  @Test func webserverWarnsOnlyOfItsReceiveRing() {
    let findings = lint(WebserverFixture.system, sdk: .v2_3_0)
    #expect(findings.map(\.rule) == ["client-writes-dma"])
    #expect(
      findings.first?.message
        == "memory region 'virtio_mmio@a000000/net/rx/data/device', which a device reaches, can be "
        + "written by 'micropython_net_copier' and 'nfs_net_copier', and they are neither its "
        + "driver nor its only user")
  }

  @Test func knownMemoryGivesTheSameVerdict() {
    let memory = 0x4000_0000..<0xc000_0000 as Range<UInt64>
    #expect(
      lint(WebserverFixture.system, sdk: .v2_3_0, ramRanges: [memory])
        == lint(WebserverFixture.system, sdk: .v2_3_0))
  }

  @Test func findingsAreWarningsWithAFixAndAKnownRule() {
    let rules = Set(Lint.all.map(\.rule))
    #expect(rules.count == Lint.all.count)
    for finding in lint(WebserverFixture.system, sdk: .v1_4_1) {
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

  @Test func readOnlySharingNeedsNoChannel() {
    var system = pair(channel: nil)
    for index in system.protectionDomains.indices {
      system.protectionDomains[index].maps[0].permissions = .read
    }
    #expect(!rules(system).contains("unconnected-sharing"))
    system.protectionDomains[0].maps[0].permissions = .readWrite
    #expect(rules(system).contains("unconnected-sharing"))
  }

  @Test func parentsAndChildrenAreConnected() {
    var system = pair(channel: nil)
    var child = system.protectionDomains.removeLast()
    child.childID = 1
    system.protectionDomains[0].children = [child]
    #expect(!rules(system).contains("unconnected-sharing"))
  }

  @Test func deviceMappedCached() {
    var system = device(at: 0x900_0000)
    #expect(rules(system).contains("device-mapped-cached"))
    system.protectionDomains[0].maps[0].cached = false
    #expect(!rules(system).contains("device-mapped-cached"))
    // Memory at a fixed address is not a device, however the driver maps it.
    #expect(!rules(device(at: 0x5fff_0000)).contains("device-mapped-cached"))
  }

  @Test func aGuestsMemoryIsNotADevice() {
    var system = device(at: 0x2000_0000)
    system.memoryRegions[0].size = .mebibytes(256)
    #expect(!rules(system).contains("device-mapped-cached"))
  }

  @Test func knownMemoryDecidesWhatADeviceIs() {
    let system = device(at: 0x900_0000)
    func found(_ ranges: [Range<UInt64>]) -> Bool {
      lint(system, sdk: .v2_3_0, ramRanges: ranges).contains { $0.rule == "device-mapped-cached" }
    }
    #expect(!found([0..<0x500_0000, 0x530_0000..<0xf580_0000]))
    #expect(found([0x4000_0000..<0xc000_0000]))
  }

  @Test func sharedDevice() {
    var system = device(at: 0xa00_0000)
    #expect(!rules(system).contains("shared-device"))
    system.protectionDomains.append(
      ProtectionDomain("other", image: .init("o"), maps: [Map("regs", at: 0x1000, cached: false)]))
    #expect(rules(system).contains("shared-device"))
    system.protectionDomains[1].maps[0].permissions = .read
    #expect(!rules(system).contains("shared-device"))
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

  @Test func clientWritesDMA() {
    var system = WebserverFixture.system
    #expect(rules(system) == ["client-writes-dma"])
    // As in the older hand-written layout: the virtualiser writes and copiers read.
    for index in system.protectionDomains.indices {
      for map in system.protectionDomains[index].maps.indices
      where system.protectionDomains[index].maps[map].region.hasSuffix("rx/data/device") {
        system.protectionDomains[index].maps[map].permissions =
          system.protectionDomains[index].name == "net_virt_rx" ? .readWrite : .read
      }
    }
    #expect(rules(system) == [])
  }

  /// Transmit buffers, whether the virtualiser maps them writable or not.
  @Test func aClientsOwnBufferIsItsOwn() {
    var system = WebserverFixture.system
    for index in system.protectionDomains.indices {
      for map in system.protectionDomains[index].maps.indices
      where system.protectionDomains[index].maps[map].region.contains("/tx/data/") {
        system.protectionDomains[index].maps[map].permissions = .readWrite
      }
    }
    #expect(lint(system, sdk: .v2_3_0) == lint(WebserverFixture.system, sdk: .v2_3_0))
  }

  @Test func clientInADriversRing() {
    var system = device(at: 0x5fff_0000)
    #expect(!rules(system).contains("client-writes-dma"))
    system.protectionDomains.append(
      ProtectionDomain("client", image: .init("c"), maps: [Map("regs", at: 0x1000)]))
    system.channels = [Channel(.init("driver", id: 1), .init("client", id: 0))]
    #expect(rules(system).contains("client-writes-dma"))
    system.protectionDomains[1].maps[0].permissions = .read
    #expect(!rules(system).contains("client-writes-dma"))
  }

  @Test func unreachableDomain() {
    var system = pair()
    #expect(rules(system) == [])
    system.protectionDomains.append(ProtectionDomain("lonely", image: .init("l")))
    #expect(rules(system) == ["unreachable-domain"])
    system.protectionDomains[2].interrupts = [Interrupt(40, id: 0)]
    #expect(rules(system) == [])
    // A channel that it may only notify on does not wake it.
    system.protectionDomains[2].interrupts = []
    system.channels.append(
      Channel(.init("a", id: 5, mayNotify: false), .init("lonely", id: 0)))
    #expect(rules(system) == ["unreachable-domain"])
    // The least urgent domain may be meant to run forever.
    system.protectionDomains[0].priority = 2
    system.protectionDomains[1].priority = 1
    #expect(rules(system) == [])
    system.protectionDomains[2].passive = true
    #expect(rules(system).contains("unreachable-domain"))
  }

  @Test func passiveNeverCalled() {
    var system = pair()
    system.protectionDomains[0].priority = 9
    system.protectionDomains[0].passive = true
    #expect(rules(system) == ["passive-never-called"])
    system.channels[0].b.mayCall = true
    #expect(rules(system) == [])
  }

  @Test func callPriorityIsALintWhereTheToolDoesNotCheck() {
    var system = pair()
    system.channels[0].a.mayCall = true
    #expect(rules(system, sdk: .v1_4_1) == ["priority-inversion"])
    #expect(rules(system, sdk: .v2_0_1) == [])
    system.protectionDomains[1].priority = 1
    #expect(rules(system, sdk: .v1_4_1) == [])
    // A driver more urgent than a server with `pp` for its clients.
    system.protectionDomains[0].priority = 9
    #expect(rules(system, sdk: .v1_4_1) == ["priority-inversion"])
    system.protectionDomains[0].interrupts = [Interrupt(40, id: 1)]
    #expect(rules(system, sdk: .v1_4_1) == [])
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
    // Without shared rings, nothing can overflow.
    system.protectionDomains[0].priority = 0
    system.protectionDomains[1].maps = []
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

  /// A driver with a region at a physical address, mapped cached.
  private func device(at address: PhysicalAddress) -> SystemDescription {
    SystemDescription(
      memoryRegions: [MemoryRegion("regs", size: 0x1000, physicalAddress: address)],
      protectionDomains: [
        ProtectionDomain(
          "driver", image: .init("d.elf"), priority: 100, maps: [Map("regs", at: 0x20_0000)],
          interrupts: [Interrupt(33, id: 0)])
      ])
  }
}
