// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import Targets
import Testing

@Suite struct CatalogueTests {
  @Test func namesAreUnique() {
    #expect(Set(SDKBoard.all.map(\.name)).count == SDKBoard.all.count)
  }

  /// As many as build_sdk.py of each release lists.
  @Test(arguments: [
    (SDKVersion.v1_4_1, 10), (.v2_0_1, 15), (.v2_1_0, 24), (.v2_2_0, 26), (.v2_3_0, 28),
    (.v2_3_1, 29),
  ])
  func boardsOfEachSDK(_ sdk: SDKVersion, _ count: Int) {
    #expect(SDKBoard.all(in: sdk).count == count)
  }

  @Test func aBoardWithoutConfigurationHasOneCore() throws {
    let target = try Target.of(board: "odroidc4", sdk: .v2_3_0)
    #expect(target.board == "odroidc4")
    #expect(target.configuration == nil)
    #expect(target.architecture == .aarch64)
    #expect(target.hasHypervisor)
    #expect(target.cores == 1)
    #expect(target.physicalAddressBits == 40)
    #expect(target.forwardsSMC)
    #expect(!target.hasIOMMU)
    let platform = try #require(target.platform)
    #expect(platform.normalMemory == [0..<0x0500_0000, 0x0530_0000..<0xf580_0000])
    #expect(platform.ram == [0..<0xf580_0000])
    let image = try #require(platform.kernelOwned.first)
    #expect(image.name == "the kernel's image")
    #expect(image.range.lowerBound == 0)
  }

  @Test(arguments: [
    ("qemu_virt_aarch64", "smp-debug", SDKVersion.v2_1_0, 4),
    ("stm32mp2", "smp-release", .v2_3_0, 2),
    ("x86_64_generic_vtx", "smp-benchmark", .v2_2_0, 16), ("star64", "smp-debug", .v2_1_0, 4),
    ("rpi4b_8gb", "benchmark", .v2_3_0, 1),
  ])
  func cores(_ board: String, _ configuration: String, _ sdk: SDKVersion, _ cores: Int) throws {
    let target = try Target.of(board: board, configuration: configuration, sdk: sdk)
    #expect(target.cores == cores)
    #expect(target.configuration == configuration)
  }

  @Test func whatDiffersBetweenSDKs() throws {
    func target(_ board: String, _ sdk: SDKVersion) throws -> Target {
      try Target.of(board: board, sdk: sdk)
    }
    #expect(try !target("odroidc4", .v2_0_1).forwardsSMC)
    #expect(try target("odroidc4", .v2_1_0).forwardsSMC)
    #expect(try !target("star64", .v2_3_0).forwardsSMC)
    #expect(try target("x86_64_generic", .v2_1_0).hasIOMMU)
    #expect(try !target("x86_64_generic", .v2_2_0).hasIOMMU)
    #expect(try target("x86_64_generic", .v2_3_0).hasIOMMU)
    #expect(try !target("x86_64_generic", .v2_3_0).hasHypervisor)
    #expect(try target("x86_64_generic_vtx", .v2_3_0).hasHypervisor)
    #expect(try !target("qemu_virt_aarch64_el1", .v2_3_0).hasHypervisor)
    #expect(try target("rpi4b_1gb", .v2_0_1).physicalAddressBits == 44)
  }

  /// Ranges are in order and apart, memory is RAM, and the kernel's image is in its memory.
  @Test(arguments: SDKVersion.allCases) func platformsAreSound(_ sdk: SDKVersion) throws {
    for board in SDKBoard.all(in: sdk) {
      for configuration in board.configurations(in: sdk) {
        let target = try Target.of(board: board.name, configuration: configuration, sdk: sdk)
        guard let platform = target.platform else {
          #expect(target.architecture == .x86_64)
          continue
        }
        let owned = platform.kernelOwned.map(\.range)
        for list in [platform.ram, platform.normalMemory, owned] {
          #expect(!list.isEmpty, "\(board.name)")
          for (a, b) in zip(list, list.dropFirst()) {
            #expect(a.upperBound <= b.lowerBound, "\(board.name)")
          }
        }
        for range in platform.normalMemory {
          #expect(
            platform.ram.contains {
              $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound
            }, "\(board.name)")
        }
        let image = try #require(platform.kernelOwned.first { $0.name == "the kernel's image" })
        #expect(platform.normalMemory.contains { $0.contains(image.range.lowerBound) })
      }
    }
  }

  // MARK: Mistakes

  @Test func aMistypedBoard() {
    let error = #expect(throws: TargetError.self) {
      try Target.of(board: "qemu_virt_aarch46", sdk: .v2_3_0)
    }
    let finding = error?.findings.first
    #expect(finding?.rule == "board-unknown")
    #expect(finding?.message == "no board 'qemu_virt_aarch46'")
    #expect(finding?.fix?.hasPrefix("did you mean 'qemu_virt_aarch64'? Else use one of ") == true)
    #expect(finding?.fix?.contains("star64") == true)
  }

  @Test func aBoardThatCameLater() {
    let error = #expect(throws: TargetError.self) {
      try Target.of(board: "stm32mp2", sdk: .v2_0_1)
    }
    #expect(
      error?.findings.first?.message
        == "Microkit 2.0.1 has no board 'stm32mp2'; 2.3.0 is the first with it")
  }

  @Test(arguments: [
    ("odroidc4", "smp-debug", SDKVersion.v2_0_1), ("kria_k26", "smp-debug", .v2_3_0),
    ("odroidc4", "Debug", .v2_3_0), ("odroidc4", "", .v2_3_0),
  ])
  func aConfigurationThatTheBoardLacks(
    _ board: String, _ configuration: String, _ sdk: SDKVersion
  ) {
    let error = #expect(throws: TargetError.self) {
      try Target.of(board: board, configuration: configuration, sdk: sdk)
    }
    #expect(
      error?.findings.first?.message
        == "Microkit \(sdk) has no configuration '\(configuration)' for board '\(board)'")
    #expect(error?.findings.first?.fix?.contains("debug, release, benchmark") == true)
  }

  // MARK: Kinds

  @Test(arguments: SDKVersion.allCases) func kindsCoverEveryTarget(_ sdk: SDKVersion) throws {
    let kinds = Target.kinds(of: sdk)
    #expect(Set(kinds).count == kinds.count)
    var seen: Set<Target> = []
    for board in SDKBoard.all(in: sdk) {
      for configuration in board.configurations(in: sdk) {
        var target = try Target.of(board: board.name, configuration: configuration, sdk: sdk)
        (target.board, target.configuration, target.platform) = (nil, nil, nil)
        seen.insert(target)
      }
    }
    #expect(seen == Set(kinds))
    let first = try #require(kinds.first)
    #expect(first.architecture == .aarch64)
    #expect(first.cores == 1)
    #expect(first.hasHypervisor)
  }

  @Test func kindsOfOneBoard() throws {
    #expect(try Target.kinds(ofBoard: "odroidc4", sdk: .v2_3_0).map(\.cores) == [1, 4])
    #expect(try Target.kinds(ofBoard: "odroidc4", sdk: .v2_0_1).map(\.cores) == [1])
    #expect(try Target.kinds(ofBoard: "kria_k26", sdk: .v2_3_0).map(\.cores) == [1])
  }

  @Test func kindsOfAnOldSDK() {
    #expect(
      Target.kinds(of: .v1_4_1) == [
        Target(architecture: .aarch64, hasHypervisor: true, physicalAddressBits: 40),
        Target(architecture: .riscv64, hasHypervisor: false),
      ])
  }
}
