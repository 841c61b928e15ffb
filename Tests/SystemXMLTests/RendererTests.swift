// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import Testing

@testable import SystemXML

@Suite struct RendererTests {
  private var system: SystemDescription {
    SystemDescription(
      memoryRegions: [
        MemoryRegion("a<b>&\"c\"", size: 0x2000, physicalAddress: 0x900_0000),
        MemoryRegion("big", size: 0x20_0000, pageSize: .large),
      ],
      protectionDomains: [
        ProtectionDomain(
          "server", image: .init("server.elf"), priority: 5, passive: true, stackSize: 0x4000,
          maps: [Map("big", at: 0x2000_0000, .read)], interrupts: [Interrupt(33, .edge, id: 0)],
          children: [
            ProtectionDomain("child", image: .init("child.elf"), childID: 3, priority: 1)
          ]),
        ProtectionDomain(
          "client", image: .init("client.elf"), priority: 4, budget: 100, period: 400,
          maps: [
            Map("a<b>&\"c\"", at: 0x3000_0000, cached: false, addressSymbol: "base")
          ],
          physicalAddressSymbols: [PhysicalAddressSymbol("paddr", region: "a<b>&\"c\"")]),
      ],
      channels: [
        Channel(
          .init("server", id: 1), .init("client", id: 61, mayCall: true, mayNotify: false))
      ])
  }

  @Test func theDialectSince20() throws {
    #expect(
      try SystemXMLRenderer(sdk: .v2_0_1).render(system) == """
        <?xml version="1.0" encoding="UTF-8"?>
        <system>
            <memory_region name="a&lt;b&gt;&amp;&quot;c&quot;" size="0x2000" phys_addr="0x9000000" />
            <memory_region name="big" size="0x200000" page_size="0x200000" />
            <protection_domain name="server" priority="5" passive="true" stack_size="0x4000">
                <program_image path="server.elf" />
                <map mr="big" vaddr="0x20000000" perms="r" cached="true" />
                <protection_domain name="child" id="3" priority="1">
                    <program_image path="child.elf" />
                </protection_domain>
                <irq irq="33" trigger="edge" id="0" />
            </protection_domain>
            <protection_domain name="client" priority="4" budget="100" period="400">
                <program_image path="client.elf" />
                <map mr="a&lt;b&gt;&amp;&quot;c&quot;" vaddr="0x30000000" perms="rw" cached="false" setvar_vaddr="base" />
                <setvar symbol="paddr" region_paddr="a&lt;b&gt;&amp;&quot;c&quot;" />
            </protection_domain>
            <channel>
                <end pd="server" id="1" />
                <end pd="client" id="61" notify="false" pp="true" />
            </channel>
        </system>

        """)
  }

  @Test func theDialectOf141() throws {
    let text = try SystemXMLRenderer(sdk: .v1_4_1).render(system)
    #expect(
      text.contains(
        "<protection_domain name=\"server\" priority=\"5\" pp=\"true\" passive=\"true\" stack_size=\"0x4000\">"
      ))
    #expect(text.contains("        <end pd=\"client\" id=\"61\" />\n"))
  }

  @Test func everythingUnsupportedIsListed() {
    var system = system
    system.protectionDomains[0].smc = true
    system.protectionDomains[0].cpu = 1
    system.protectionDomains[1].maps[0].sizeSymbol = "size"
    system.channels[0].a.idSymbol = "id"
    let error = #expect(throws: UnsupportedBySDK.self) {
      try SystemXMLRenderer(sdk: .v1_4_1).render(system)
    }
    #expect(error?.items.map(\.feature) == ["smc", "cpu", "setvar_size", "setvar_id"])
    #expect(error?.findings.first?.message == "smc does not exist in Microkit SDK 1.4.1")
    #expect(error?.findings.first?.fix == "use SDK 2.0.1 or newer, or leave it out")
    let newer = #expect(throws: UnsupportedBySDK.self) {
      try SystemXMLRenderer(sdk: .v2_0_1).render(system)
    }
    #expect(newer?.items.map(\.feature) == ["cpu", "setvar_id"])
    #expect((try? SystemXMLRenderer(sdk: .v2_1_0).render(system)) != nil)
  }
}
