// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FoundationEssentials
import SystemModel
import Testing
import WebserverFixture

@testable import SystemReports

@Suite struct InspectTests {
  @Test func wholeTextOfASmallSystem() {
    #expect(
      SystemReport(small, sdk: .v1_4_1).text()
        == """
        2 protection domains, 3 memory regions (2 MiB), 1 channel, 1 interrupt; SDK 1.4.1

        rights beyond memory, channels and interrupts: none

        driver: driver, priority 10, budget 100 of 400 us, stack 4 KiB, driver.elf
          maps 8 KiB
              0x200000  4 KiB  rw uncached  device at 0x9000000  regs
            0x10000000  4 KiB  rw           shared               queue
          channels
            1  <-- called by  client:4
          interrupts
            0  irq 33 edge
          symbols set by the tool
            queue_vaddr   0x10000000, where 'queue' is mapped
            buffer_paddr  the physical address of 'buffer'

        client: client, priority 0, budget 1000 us, stack 64 KiB, client.elf
          maps 2 MiB
            0x30000000  4 KiB  r    shared  queue
            0x40000000  2 MiB  rwx  dma     buffer
          channels
            4  --> calls  driver:1

        memory
          device registers    1  4 KiB
          reached by devices  1  2 MiB
          shared              1  4 KiB
          total               3  2 MiB

        """)
  }

  @Test func namesCannotCommandATerminal() {
    var system = everything
    let name = "\u{9b}31m\n\u{202e}x"
    system.memoryRegions[0].name = name
    system.protectionDomains[0].name = name
    system.protectionDomains[0].maps[0].region = name
    system.protectionDomains[0].maps[0].addressSymbol = name
    let text = SystemReport(system).text()
    #expect(text.contains("\\u{009B}31m\\n\\u{202E}x: "))
    #expect(!text.unicodeScalars.contains { "\u{9b}\u{202e}".unicodeScalars.contains($0) })
    #expect(!text.contains("31m\n"))
  }

  @Test func jsonReadsBackAsTheSameReport() throws {
    for system in [small, WebserverFixture.system] {
      let report = SystemReport(system)
      let data = Data(report.json().utf8)
      #expect(try JSONDecoder().decode(SystemReport.self, from: data) == report)
    }
  }

  @Test func jsonIsSortedAndEndsWithANewline() {
    let json = SystemReport(small).json()
    #expect(json.hasPrefix("{\n  \"channelCount\" : 1,\n"))
    #expect(json.hasSuffix("  \"version\" : 1\n}\n"))
    #expect(json.hasSuffix("}\n"))
    #expect(json.contains("\"address\" : \"0x200000\""))
  }

  @Test func webserverTotals() {
    let report = SystemReport(WebserverFixture.system)
    #expect(report.regionCount == 36)
    #expect(report.channelCount == 14)
    #expect(report.interruptCount == 3)
    #expect(report.memory.map(\.kind) == [.device, .dma, .shared, .private])
    #expect(report.memory.map(\.regions) == [2, 4, 27, 3])
    #expect(report.memory.reduce(0) { $0 + $1.bytes } == report.regionBytes)
    // Receive buffers, queues, ring and share: each region counts once, although some are mapped
    // twice.
    let nfs = report.domains.first { $0.name == "nfs" }
    #expect(nfs?.maps.count == 12)
    #expect(nfs?.mappedBytes == nfs?.maps.reduce(0) { $0 + ($1.size ?? 0) })
  }

  @Test func widthShortensNamesInTheMiddle() {
    let report = SystemReport(WebserverFixture.system)
    #expect(report.text().contains("virtio_mmio@a000000/net/queue/net_virt_rx/nfs_net_copier/free"))
    let narrow = report.text(width: 80).split(separator: "\n")
    // The first line of a domain is prose and may exceed the width.
    #expect(narrow.filter { $0.hasPrefix("    ") }.allSatisfy { $0.count <= 80 })
    #expect(narrow.contains { $0.contains("...") })
    #expect(shortened("abcdefghij", to: 7) == "ab...ij")
    #expect(shortened("abc", to: 3) == "abc")
    #expect(shortened("abcdef", to: 2) == "...")
  }

  @Test func sizesAreReadable() {
    #expect(readable(0) == "0 B")
    #expect(readable(1023) == "1023 B")
    #expect(readable(0x1000) == "4 KiB")
    #expect(readable(0x10_8000) == "1.03 MiB")
    #expect(readable(0x18_0000) == "1.5 MiB")
    #expect(readable(0x4000_0000) == "1 GiB")
    #expect(readable(ByteCount(.max)) == "17179869183.99 GiB")
  }

  @Test func sumsOfHostileSizesSaturate() {
    let huge = SystemDescription(memoryRegions: [
      MemoryRegion("a", size: ByteCount(.max)), MemoryRegion("b", size: ByteCount(.max)),
    ])
    #expect(SystemReport(huge).regionBytes == .max)
  }

  @Test func guestsAndChildren() {
    let system = SystemDescription(
      memoryRegions: [MemoryRegion("ram", size: 0x20_0000)],
      protectionDomains: [
        ProtectionDomain(
          "vmm", image: .init("vmm.elf"),
          virtualMachine: VirtualMachine(
            "linux", cpus: [.init(id: 0)], maps: [Map("ram", at: 0x4000_0000)]),
          children: [ProtectionDomain("kid", image: .init("kid.elf"), childID: 3)])
      ])
    let text = SystemReport(system).text()
    #expect(text.contains("  vmm  runs guest linux: vCPU 0 on cpu 0\n"))
    #expect(
      text.contains("  vmm  parent of kid (child 3): handles its faults, stops it, restarts it\n"))
    #expect(text.contains("  guest linux: priority and budget by default\n    vCPU 0 on cpu 0\n"))
    #expect(text.contains("private, guest  ram"))
    #expect(text.contains("kid: client, priority 0, budget 1000 us, stack 8 KiB, child 3 of vmm"))
  }

  /// A system with one of everything that a report shows.
  private var small: SystemDescription {
    SystemDescription(
      memoryRegions: [
        MemoryRegion("regs", size: 0x1000, physicalAddress: 0x900_0000),
        MemoryRegion("queue", size: 0x1000), MemoryRegion("buffer", size: 0x20_0000),
      ],
      protectionDomains: [
        ProtectionDomain(
          "driver", image: .init("driver.elf"), priority: 10, budget: 100, period: 400,
          maps: [
            Map("queue", at: 0x1000_0000, addressSymbol: "queue_vaddr"),
            Map("regs", at: 0x20_0000, cached: false),
          ],
          interrupts: [Interrupt(33, .edge, id: 0)],
          physicalAddressSymbols: [PhysicalAddressSymbol("buffer_paddr", region: "buffer")]),
        ProtectionDomain(
          "client", image: .init("client.elf"), stackSize: 0x10000,
          maps: [
            Map("queue", at: 0x3000_0000, .read),
            Map("buffer", at: 0x4000_0000, [.read, .write, .execute]),
          ]),
      ],
      channels: [
        Channel(
          Channel.End("client", id: 4, mayCall: true),
          Channel.End("driver", id: 1, mayNotify: false))
      ])
  }
}
