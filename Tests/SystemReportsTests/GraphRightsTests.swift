// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import TestSupport
import Testing

@testable import SystemReports

/// Rights, guests, devices and hubs in the graph.
@Suite struct GraphRightsTests {
  private func edges(_ system: SystemDescription, _ text: String) -> [Substring] {
    graph(system).split(separator: "\n").filter { $0.contains("->") && $0.contains(text) }
  }

  @Test func capabilitiesAreOneEdgeFromHolderToTarget() throws {
    let system = SystemDescription(protectionDomains: [
      ProtectionDomain(
        "boss", image: .init("b"), priority: 1,
        capabilities: [
          .init(.tcb, of: "worker", slot: 1), .init(.vspace, of: "worker", slot: 2),
        ]), ProtectionDomain("worker", image: .init("w"), priority: 9),
    ])
    let lines = edges(system, "TCB, VSpace")
    try #require(lines.count == 1)
    // The worker is more urgent and so to the left; the arrow still ends there.
    #expect(lines[0].contains("pd1 -> pd0") && lines[0].contains("dir=back"))
    #expect(graph(system).contains("holds a capability to it"))
    #expect(!graph(everythingWithoutRights).contains("holds a capability to it"))
  }

  @Test func parentsAndGuests() {
    #expect(edges(everything, "parent of 1").first?.contains("pd0 -> pd1") == true)
    #expect(edges(everything, "runs").first?.contains("pd0 -> vm0") == true)
    let picture = graph(everything)
    #expect(picture.contains("<b>guest guest</b>") && picture.contains("vCPU 0 on cpu 0"))
    // The guest's mapping is the guest's, not its monitor's.
    #expect(!edges(everything, "mem1 -> vm0").isEmpty)
  }

  @Test func hardwareOfX86() {
    let picture = graph(everything)
    #expect(picture.contains("I/O ports 0x3f8 to 0x3ff"))
    #expect(picture.contains("device 00:03.0"))
    #expect(edges(everything, "io0 -> mem0").first?.contains("\"rw\"") == true)
    #expect(!edges(everything, "I/O APIC pin 4").isEmpty)
  }

  @Test func schedulingDomainsAndRightsAreInTheNode() {
    let picture = graph(everything)
    #expect(picture.contains("scheduling domain d0 \u{b7} 25 %"))
    var system = everything
    system.protectionDomains[1].smc = true
    system.protectionDomains[1].fpu = false
    #expect(graph(system).contains("secure monitor calls"))
    #expect(graph(system).contains("no FPU"))
  }

  @Test func unknownSizesAreSaid() {
    let system = SystemDescription(
      memoryRegions: [MemoryRegion("blob", size: nil, prefillPath: "blob.bin")],
      protectionDomains: ["a", "b"].map {
        ProtectionDomain($0, image: .init($0), maps: [Map("blob", at: 0x1000)])
      })
    #expect(graph(system).contains("size unknown without blob.bin"))
    #expect(!graph(system).contains("0 B"))
  }

  /// Each identifier at a hub is in its node, beside its peer's name, and memory with one client is
  /// written at the channel.
  @Test func hubsStayReadable() {
    let picture = graph(hub(clients: 48))
    #expect(!picture.contains("headlabel") && !picture.contains("taillabel"))
    for client in 0..<48 {
      #expect(picture.contains(">\(client) client\(client)</font>"))
      #expect(picture.contains("port=\"l\(client)\""))
    }
    #expect(picture.split(separator: "queue \u{b7} 4 KiB \u{b7} rw | r").count == 49)
    #expect(!picture.contains("mem0"))
    #expect(graph(hub(clients: 8)).contains("mem7"))
    let small = graph(hub(clients: 8), options: GraphOptions(showsMemory: false))
    #expect(!small.contains("mem7"))
    let every = graph(hub(clients: 48), options: GraphOptions(everyRegion: true))
    #expect(every.contains("mem47"))
  }

  private func hub(clients: UInt8) -> SystemDescription {
    let names = (0..<clients).map { "client\($0)" }
    let first = ProtectionDomain(
      "virt", image: .init("v"), priority: 200,
      maps: names.enumerated().map { index, name in
        Map("\(name)/queue", at: VirtualAddress(UInt64(index) << 21))
      })
    return SystemDescription(
      memoryRegions: names.map { MemoryRegion("\($0)/queue", size: 0x1000) },
      protectionDomains: [first]
        + names.map {
          ProtectionDomain($0, image: .init($0), maps: [Map("\($0)/queue", at: 0, .read)])
        },
      channels: names.enumerated().map { index, name in
        Channel(.init("virt", id: ChannelID(UInt8(index))), .init(name, id: 0))
      })
  }

  private var everythingWithoutRights: SystemDescription {
    var system = everything
    system.protectionDomains[0].capabilities = []
    return system
  }
}
