// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// What rules ask about a target. Few files depend on more than the architecture, so a result holds
/// for every target that agrees on what was asked.
struct TargetTraits: OptionSet {
  var rawValue: UInt8

  static let architecture = TargetTraits(rawValue: 1)
  static let cores = TargetTraits(rawValue: 2)
  static let hypervisor = TargetTraits(rawValue: 4)
  static let addressBits = TargetTraits(rawValue: 8)
  static let secureMonitorCalls = TargetTraits(rawValue: 16)
  static let iommu = TargetTraits(rawValue: 32)
  static let platform = TargetTraits(rawValue: 64)

  /// Whether two targets are the same as far as these traits go.
  func agree(_ a: Target, _ b: Target) -> Bool {
    if contains(.architecture), a.architecture != b.architecture { return false }
    if contains(.cores), a.cores != b.cores { return false }
    if contains(.hypervisor), a.hasHypervisor != b.hasHypervisor { return false }
    if contains(.addressBits), a.physicalAddressBits != b.physicalAddressBits { return false }
    if contains(.secureMonitorCalls), a.forwardsSMC != b.forwardsSMC { return false }
    if contains(.iommu), a.hasIOMMU != b.hasIOMMU { return false }
    return !contains(.platform) || a.platform == b.platform
  }
}

extension CheckContext {
  var architecture: Target.Architecture {
    mutating get {
      asked.insert(.architecture)
      return target.architecture
    }
  }

  var cores: Int {
    mutating get {
      asked.insert(.cores)
      return target.cores
    }
  }

  var hasHypervisor: Bool {
    mutating get {
      asked.insert(.hypervisor)
      return target.hasHypervisor
    }
  }

  var forwardsSMC: Bool {
    mutating get {
      asked.insert(.secureMonitorCalls)
      return target.forwardsSMC
    }
  }

  var hasIOMMU: Bool {
    mutating get {
      asked.insert(.iommu)
      return target.hasIOMMU
    }
  }

  var platform: Platform? {
    mutating get {
      asked.insert(.platform)
      return target.platform
    }
  }

  /// End of the physical addresses that a region may have; nil without a limit.
  ///
  /// - Parameter address: what is compared with it. Addresses that every target allows need no
  ///   target.
  mutating func physicalAddressEnd(reachedBy address: UInt64) -> UInt64? {
    if address <= 1 << 39 { return nil }
    asked.formUnion([.architecture, .addressBits])
    return target.physicalAddressEnd
  }

  /// Where mappings must end; nil without a limit or if every target allows `address`.
  mutating func end(of space: MappedSpace, reachedBy address: UInt64) -> UInt64? {
    if case .device = space { return Limits.ioAddressSpaceEnd }
    if address < Limits.belowEveryStack { return nil }
    asked.formUnion([.architecture, .hypervisor, .addressBits])
    switch space {
    case .domain(let stackSize): return Limits.mapEnd(sdk, target, stackSize: stackSize)
    case .machine: return sdk < .v2_0_1 ? nil : target.addressSpaceEnd
    case .device: return Limits.ioAddressSpaceEnd
    }
  }
}

/// An address space that regions are mapped into.
enum MappedSpace {
  /// A protection domain's, below its stack of so many bytes.
  case domain(stackSize: UInt64)
  /// A virtual machine's.
  case machine
  /// A device's, behind an IOMMU.
  case device
}
