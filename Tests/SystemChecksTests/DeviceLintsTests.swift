// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import Testing
import WebserverFixture

@testable import SystemChecks

extension Target {
  /// QEMU's virt machine, as far as the lints look at it.
  static let qemu = Target(
    architecture: .aarch64, hasHypervisor: true, physicalAddressBits: 40,
    platform: Platform(
      ram: [0x4000_0000..<0xc000_0000], normalMemory: [0x6000_0000..<0xc000_0000],
      deviceRegisters: [
        .init(0x900_0000..<0x900_1000, "pl011@9000000"),
        .init(0x900_1000..<0x900_2000, "timer@9001000"),
        .init(0x804_0000..<0x804_1000, "/intc@8000000"),
        .init(0x10_0000..<0x12_0000, "sram@100000"),
      ],
      kernelOwned: [
        .init(0x800_0000..<0x800_1000, "the distributor"),
        .init(0x6000_0000..<0x6023_0000, "the kernel's image"),
      ],
      interrupts: [
        33: .init(.level, device: "/pl011@9000000"), 40: .init(.edge, device: "/flash"),
        41: .init(nil, device: "/gpio"), 30: .init(.edge, device: "/timer"),
      ]))
}

/// Lints and rules that need facts about the board, and say nothing without them.
@Suite struct DeviceLintsTests {
  private func rules(_ system: SystemDescription, _ target: Target? = .qemu) -> [String] {
    lint(system, sdk: .v2_3_0, target: target).map(\.rule)
  }

  /// A driver with a region at a physical address, mapped cached.
  private func device(at address: PhysicalAddress, size: ByteCount = 0x1000) -> SystemDescription {
    SystemDescription(
      memoryRegions: [MemoryRegion("regs", size: size, physicalAddress: address)],
      protectionDomains: [
        ProtectionDomain(
          "driver", image: .init("d.elf"), priority: 100, maps: [Map("regs", at: 0x20_0000)],
          interrupts: [Interrupt(33, id: 0)])
      ])
  }

  @Test func deviceMappedCached() {
    var system = device(at: 0x900_0000)
    #expect(rules(system) == ["device-mapped-cached"])
    #expect(rules(system, nil) == [])
    system.protectionDomains[0].maps[0].cached = false
    #expect(rules(system) == [])
  }

  @Test func registersAboveAGigabyte() {
    var target = Target.qemu
    target.platform?.ram = [0x8000_0000..<0xc000_0000]
    target.platform?.deviceRegisters = [.init(0x5b04_0000..<0x5b05_0000, "ethernet@5b040000")]
    let findings = lint(device(at: 0x5b04_0000, size: 0x10000), sdk: .v2_3_0, target: target)
    #expect(
      findings.map(\.message) == [
        "the registers of ethernet@5b040000 ('regs' at 0x5b040000) are mapped cached in protection "
          + "domain 'driver'"
      ])
  }

  /// Where the RAM is known but not the devices, whatever is far from it is not RAM.
  @Test func outsideTheBoardsMemory() {
    var target = Target.qemu
    target.platform?.deviceRegisters = []
    #expect(
      lint(device(at: 0x5b_0000), sdk: .v2_3_0, target: target).map(\.message) == [
        "'regs' at 0x5b0000 is outside the board's RAM, but mapped cached in protection domain 'driver'"
      ])
    for address: PhysicalAddress in [0x3fff_f000, 0x3c00_1000, 0x4000_0000, 0xc000_0000] {
      #expect(rules(device(at: address), target) == [], "\(address)")
    }
    target.platform?.ram = []
    #expect(rules(device(at: 0x5b_0000), target) == [])
  }

  /// Packet memory must not be turned into device memory, where unaligned accesses fault.
  @Test func memoryAndTheUnknownAreNotDevices() {
    for address: PhysicalAddress in [0x5fff_0000, 0x10_0000, 0x2000_0000, 0xfd58_0000] {
      #expect(rules(device(at: address)) == [], "\(address)")
    }
    var target = Target.qemu
    target.platform?.ram.append(0x900_0000..<0x900_1000)
    #expect(rules(device(at: 0x900_0000), target) == [])
  }

  @Test func whereCachingCannotDoHarm() {
    var system = device(at: 0x900_0000)
    var target = Target.qemu
    target.architecture = .riscv64
    #expect(rules(system, target) == [])
    // The guest's own page tables say that it is a device.
    let maps = system.protectionDomains[0].maps
    system.protectionDomains[0].maps = []
    system.protectionDomains[0].virtualMachine = VirtualMachine(
      "guest", cpus: [.init(id: 0)], maps: maps)
    #expect(rules(system) == [])
  }

  @Test func sharedDevice() {
    var system = device(at: 0x900_0000, size: 0x2000)
    system.protectionDomains[0].maps[0].cached = false
    #expect(rules(system) == [])
    system.protectionDomains.append(
      ProtectionDomain("other", image: .init("o"), maps: [Map("regs", at: 0x1000, cached: false)]))
    #expect(
      lint(system, sdk: .v2_3_0, target: .qemu).map(\.message) == [
        "the registers of pl011@9000000 and timer@9001000 ('regs') can be written by 'driver' and "
          + "'other'"
      ])
    #expect(rules(system, nil) == [])
    system.protectionDomains[1].maps[0].permissions = .read
    #expect(rules(system) == [])
  }

  @Test func everyGuestMapsTheVirtualInterruptController() {
    var system = device(at: 0x804_0000)
    system.protectionDomains = ["a", "b"].map { name in
      ProtectionDomain(
        name, image: .init(name),
        virtualMachine: VirtualMachine(
          "guest_\(name)", cpus: [.init(id: 0)], maps: [Map("regs", at: 0x801_0000, cached: false)])
      )
    }
    #expect(rules(system) == [])
  }

  @Test func copierWritesDMA() {
    var system = WebserverFixture.system
    #expect(rules(system) == ["copier-writes-dma"])
    for index in system.protectionDomains.indices {
      for map in system.protectionDomains[index].maps.indices
      where system.protectionDomains[index].maps[map].region.hasSuffix("rx/data/device") {
        system.protectionDomains[index].maps[map].permissions =
          system.protectionDomains[index].name == "net_virt_rx" ? .readWrite : .read
      }
    }
    #expect(rules(system) == [])
  }

  /// Transmit buffers, even if other domains map them.
  @Test func aClientsOwnBufferIsItsOwn() {
    var system = WebserverFixture.system
    for index in system.protectionDomains.indices {
      for map in system.protectionDomains[index].maps.indices
      where system.protectionDomains[index].maps[map].region.contains("/tx/data/") {
        system.protectionDomains[index].maps[map].permissions = .readWrite
      }
    }
    #expect(rules(system) == ["copier-writes-dma"])
  }

  @Test func triggerMismatch() {
    func found(_ number: IRQNumber, _ trigger: Interrupt.Trigger) -> [String] {
      var system = device(at: 0x5fff_0000)
      system.protectionDomains[0].interrupts = [Interrupt(number, trigger, id: 0)]
      return rules(system)
    }
    #expect(found(33, .level) == [])
    #expect(found(33, .edge) == ["trigger-mismatch"])
    #expect(found(40, .level) == ["trigger-mismatch"])
    // Unknown to the tree, without a trigger there, or private to a core.
    for number: IRQNumber in [30, 41, 99] { #expect(found(number, .level) == []) }
  }

  // MARK: What the kernel keeps

  private func errors(
    _ region: String, sdk: SDKVersion = .v2_3_0, _ target: Target = .qemu
  ) throws -> [String] {
    let file = """
      <system>\(region)<protection_domain name="a"><program_image path="a.elf" />
      <map mr="r" vaddr="0x40000000" /></protection_domain></system>
      """
    let result = try check(Array(file.utf8), file: "x.system", sdk: sdk, target: target)
    let system = try #require(result.description)
    return result.findings.map(\.rule)
      + lint(system, sdk: sdk, target: target, broken: result.broken).map(\.rule)
  }

  /// As the real tools do; the image's first 64 KiB are given back.
  @Test func kernelOwnedAddresses() throws {
    for (address, expected) in [
      ("0x8000000", "kernel-owned"), ("0x7fff000", nil), ("0x60000000", "kernel-boot-memory"),
      ("0x6000f000", "kernel-boot-memory"), ("0x60010000", "kernel-owned"),
      ("0x6022f000", "kernel-owned"), ("0x60300000", nil),
    ] as [(String, String?)] {
      let region = #"<memory_region name="r" size="0x1000" phys_addr="\#(address)" />"#
      #expect(try errors(region) == [expected].compactMap(\.self), "\(address)")
      // 2.0.1 puts its capability tables there.
      if address == "0x60000000" { #expect(try errors(region, sdk: .v2_0_1) == ["kernel-owned"]) }
    }
    #expect(
      try errors(#"<memory_region name="r" size="0x2000" phys_addr="0x6000f000" />"#)
        == ["kernel-owned"])
  }

  /// Up to 2.0.1, all large pages come from one block, and so do all small ones.
  @Test func oneBlockHoldsAllPagesOfASize() throws {
    func region(_ size: String, _ more: String = #"page_size="0x200000""#) -> String {
      #"<memory_region name="r" size="\#(size)" \#(more) />"#
    }
    let half = #"<memory_region name="s" size="0x18000000" page_size="0x200000" />"#
    for sdk in SDKVersion.allCases {
      let refused = sdk <= .v2_0_1 ? ["block-size"] : []
      #expect(try errors(region("0x20000000"), sdk: sdk) == [], "\(sdk)")
      #expect(try errors(region("0x20200000"), sdk: sdk) == refused, "\(sdk)")
      #expect(try errors(region("0x30000000"), sdk: sdk) == refused, "\(sdk)")
      #expect(
        try errors(half + region("0x18000000"), sdk: sdk).contains("block-size")
          == (sdk <= .v2_0_1), "\(sdk)")
      // Small pages are counted on their own, in 2.0.1 only if they cannot be large.
      let small = try errors(half + region("0x18000000", ""), sdk: sdk).contains("block-size")
      #expect(small == (sdk == .v2_0_1), "\(sdk)")
    }
  }
}
