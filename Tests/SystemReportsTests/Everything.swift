// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// A description in which every field of the model has a value and every list an element. It mixes
/// architectures, which a file could not.
let everything = SystemDescription(
  memoryRegions: [
    MemoryRegion("one", size: 0x1000), MemoryRegion("two", size: 0x1000),
    MemoryRegion(
      "three", size: 0x20_0000, pageSize: .large, physicalAddress: 0x6000_0000,
      prefillPath: "three.bin", prefillBootInfo: "fdt"),
  ],
  protectionDomains: [
    ProtectionDomain(
      "parent", image: .init("parent.elf", symbolsPath: "symbols.elf"), priority: 5, budget: 200,
      period: 1000, passive: false, stackSize: 0x4000, smc: false, cpu: 0, schedulingDomain: "d0",
      fpu: true,
      maps: [
        Map(
          "one", at: 0x1000, addressSymbol: "one_vaddr", sizeSymbol: "one_size",
          prefillSizeSymbol: "one_prefill"), Map("two", at: 0x9000),
      ],
      interrupts: [
        Interrupt(40, id: 0, idSymbol: "irq"),
        Interrupt(
          .ioAPIC(attributes: ["pin": "4", "vector": "5", "trigger": "level"]), id: 20),
        Interrupt(
          .messageSignalled(attributes: ["pcidev": "00:03.0", "handle": "0", "vector": "6"]),
          id: 21),
      ],
      ioPorts: [IOPort(id: 3, address: 0x3f8, size: 8, idSymbol: "com", addressSymbol: "base")],
      physicalAddressSymbols: [PhysicalAddressSymbol("paddr", region: "two")],
      capabilities: [
        GrantedCapability(.tcb, of: "other", slot: 1),
        GrantedCapability(.schedulingContext, of: "other", slot: 3),
      ],
      virtualMachine: VirtualMachine(
        "guest", priority: 2, budget: 300, period: 900,
        cpus: [.init(id: 0, cpu: 0, idSymbol: "vcpu")], maps: [Map("two", at: 0)]),
      children: [
        ProtectionDomain("child", image: .init("child.elf"), childID: 1, childIDSymbol: "child")
      ]),
    ProtectionDomain(
      "other", image: .init("other.elf"), priority: 1, schedulingDomain: "d1",
      maps: [Map("three", at: 0x20_0000)]),
  ],
  channels: [
    Channel(.init("parent", id: 1, idSymbol: "to_other"), .init("other", id: 1, idSymbol: "back"))
  ],
  domainSchedule: DomainSchedule(
    domains: [.init("d0", id: 0), .init("d1", id: 1)],
    entries: [
      .run(domain: "d0", duration: 5, .ticks), .run(domain: "d1", duration: 15, .ticks), .endMarker,
    ], startIndex: 0, indexShift: 2),
  ioAddressSpaces: [
    IOAddressSpace(
      attributes: ["name": "nic", "peripheral_id": "00:03.0", "domain_id": "1"],
      maps: [.init(attributes: ["mr": "one", "iovaddr": "0x1000", "perms": "rw"])])
  ])
