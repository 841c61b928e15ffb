// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// A board that Microkit SDKs have a kernel for, with what is the same in all of them.
/// `SDKBoard.all` has the data; `memory` and `kernelRanges` add what changed between SDKs.
public struct SDKBoard: Hashable, Sendable {
  /// The SDK's directory below `board/`.
  public var name: String
  /// One line for listings: maker, model, processor.
  public var title: String
  /// Its instruction set.
  public var architecture: Target.Architecture
  /// The first SDK that has it, of those that Serval knows.
  public var since: SDKVersion
  /// Cores of the `smp-` configurations, which SDKs have since 2.1.0; 1 if the board has none.
  public var smpCores: Int
  /// Whether its kernel runs virtual machines.
  public var hasHypervisor: Bool
  /// Width of a physical address in the kernel on Arm; nil on other architectures.
  public var physicalAddressBits: Int?

  /// RAM that seL4 manages, its own image included. Empty on x86-64, where the kernel finds it at
  /// boot.
  var memory: [Range<UInt64>]
  /// RAM beside `memory`: of firmware, of coprocessors, for DMA without seL4's allocator.
  var otherRAM: [Range<UInt64>]
  /// Registers that the kernel keeps for itself.
  var kernelDevices: [Platform.NamedRange]
}

extension SDKBoard {
  /// The boards of an SDK, in the order of `all`.
  public static func all(in sdk: SDKVersion) -> [SDKBoard] { all.filter { $0.since <= sdk } }

  /// The kernel configurations that an SDK has for it: one core first.
  public func configurations(in sdk: SDKVersion) -> [String] {
    let names = Self.configurations(of: sdk)
    return smpCores > 1 ? names : names.filter { !$0.hasPrefix("smp-") }
  }

  /// The numbers of cores that an SDK's kernels for it use.
  public func cores(in sdk: SDKVersion) -> [Int] {
    smpCores > 1 && sdk >= .v2_1_0 ? [1, smpCores] : [1]
  }

  /// The kernel configurations that an SDK has for some board.
  public static func configurations(of sdk: SDKVersion) -> [String] {
    let names = ["debug", "release", "benchmark"]
    return sdk >= .v2_1_0 ? names + names.map { "smp-\($0)" } : names
  }

  /// The board with one of its configurations; nil for any configuration with one core.
  func target(_ configuration: String?, in sdk: SDKVersion) -> Target {
    var target = kind(configuration, in: sdk)
    target.board = name
    target.configuration = configuration
    target.platform = architecture == .x86_64 ? nil : platform(in: sdk)
    return target
  }

  /// The same without names and platform.
  func kind(_ configuration: String?, in sdk: SDKVersion) -> Target {
    Target(
      architecture: architecture,
      hasHypervisor: hasHypervisor,
      cores: configuration?.hasPrefix("smp-") == true ? smpCores : 1,
      physicalAddressBits: physicalAddressBits,
      forwardsSMC: architecture == .aarch64 && sdk >= .v2_1_0,
      // 2.2.0 switched the IOMMU off because its tool could not describe it.
      hasIOMMU: architecture == .x86_64 && sdk != .v2_2_0)
  }

  private func platform(in sdk: SDKVersion) -> Platform {
    let memory = memory(in: sdk)
    return Platform(
      ram: (memory + otherRAM).merged, normalMemory: memory,
      kernelOwned: (kernelRanges(in: sdk) + [kernelImage(in: sdk)]).sorted {
        $0.range.lowerBound < $1.range.lowerBound
      })
  }

  private func memory(in sdk: SDKVersion) -> [Range<UInt64>] {
    // seL4 of 1.4.1 aligned its memory on this board to 16 MiB.
    name == "tqma8xqp1gb" && sdk == .v1_4_1 ? [0x8100_0000..<0xc000_0000] : memory
  }

  /// What the kernel keeps beside its image.
  private func kernelRanges(in sdk: SDKVersion) -> [Platform.NamedRange] {
    guard sdk == .v1_4_1 else { return kernelDevices }
    // Ranges that later kernels leave to user level as device memory.
    let more: Platform.NamedRange? =
      switch (name, architecture) {
      case ("zcu102", _): .init(0xfd80_0000..<0xfd80_1000, "the SMMU")
      case ("tqma8xqp1gb", _): .init(0x8020_0000..<0x8100_0000, "memory below the kernel's image")
      case (_, .riscv64):
        .init(memory[0].lowerBound - 0x20_0000..<memory[0].lowerBound, "the firmware (SBI)")
      default: nil
      }
    return kernelDevices + (more.map { [$0] } ?? [])
  }

  /// The image starts where the board's memory starts, except that seL4 of 1.4.1 left the first
  /// 64 MiB free on RISC-V. Its end depends on compiler and configuration, so this is the size that
  /// all kernels have.
  private func kernelImage(in sdk: SDKVersion) -> Platform.NamedRange {
    var start = memory(in: sdk)[0].lowerBound
    if sdk == .v1_4_1, architecture == .riscv64 { start += 0x400_0000 - 0x20_0000 }
    return .init(start..<start + Self.leastKernelSize(architecture), Self.kernelImageName)
  }

  static let kernelImageName = "the kernel's image"

  /// Bytes of memory that every SDK's kernel for this architecture occupies.
  static func leastKernelSize(_ architecture: Target.Architecture) -> UInt64 {
    architecture == .aarch64 ? 0x23_0000 : 0x1_8000
  }
}

extension [Range<UInt64>] {
  /// The same addresses as sorted ranges that do not touch each other.
  var merged: [Range<UInt64>] {
    var result: [Range<UInt64>] = []
    for range in sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      if let last = result.last, range.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }
}
