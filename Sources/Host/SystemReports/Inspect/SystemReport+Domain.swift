// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension SystemReport {
  /// A protection domain.
  public struct Domain: Hashable, Sendable, Codable {
    /// Unique in the system.
    public var name: String
    /// Derived as docs/reports.md says.
    public var role: Role
    /// File name of its ELF.
    public var image: String
    /// File name of the ELF whose symbols count, if it is another one.
    public var symbolsImage: String?
    /// Name of its parent.
    public var parent: String?
    /// The parent's identifier for it.
    public var childID: UInt64?
    /// With the default.
    public var priority: UInt8
    /// In microseconds, with the default.
    public var budget: UInt64
    /// In microseconds, with the default.
    public var period: UInt64
    /// Whether it runs on its callers' time.
    public var passive: Bool
    /// In bytes, with the default.
    public var stackSize: UInt64
    /// Core, if the file gives one.
    public var cpu: UInt8?
    /// Name of its scheduling domain.
    public var schedulingDomain: String?
    /// Whether it may use the floating-point unit.
    public var fpu: Bool
    /// Whether it may make secure monitor calls.
    public var smc: Bool
    /// The virtual machine that it runs.
    public var guest: Guest?
    /// By address, a guest's mappings after its monitor's.
    public var maps: [Mapping]
    /// Total bytes of the mapped regions, each counted once, as far as sizes are known.
    public var mappedBytes: UInt64
    /// By this domain's identifiers.
    public var channels: [Link]
    /// By this domain's identifiers.
    public var interrupts: [IRQ]
    /// By this domain's identifiers.
    public var ioPorts: [Ports]
    /// Capabilities to other domains' objects, by slot.
    public var capabilities: [Capability]
    /// In the order of maps, addresses, interrupts, channels, I/O ports, virtual CPUs and children.
    public var symbols: [Symbol]
  }

  /// A virtual machine.
  public struct Guest: Hashable, Sendable, Codable {
    /// Unique among virtual machines.
    public var name: String
    /// If the file gives one. The default is 0, on x86 its monitor's.
    public var priority: UInt8?
    /// In microseconds, if the file gives one. The default is 1000, on x86 its monitor's.
    public var budget: UInt64?
    /// In microseconds, if the file gives one. The default is the budget.
    public var period: UInt64?
    /// In the order of the file.
    public var cpus: [VirtualCPU]
  }

  /// A virtual CPU.
  public struct VirtualCPU: Hashable, Sendable, Codable {
    /// The monitor's identifier for it.
    public var id: UInt8
    /// Core, with the default.
    public var cpu: UInt8
  }

  /// A mapped region.
  public struct Mapping: Hashable, Sendable, Codable {
    /// The region's name.
    public var region: String
    /// What the region is for.
    public var kind: MemoryKind
    /// Virtual, or guest-physical.
    public var address: String
    /// In bytes; nil as in `Region`, or if the region is not declared.
    public var size: UInt64?
    /// As in `perms`: "rw".
    public var permissions: String
    /// Whether it is mapped as normal memory.
    public var cached: Bool
    /// Of the region, if the file gives one.
    public var physicalAddress: String?
    /// Whether it is in the guest's address space.
    public var inGuest: Bool
    /// Other domains that map the region.
    public var sharedWith: [String]
  }

  /// A channel, seen from one of its ends.
  public struct Link: Hashable, Sendable, Codable {
    /// This domain's identifier for the channel.
    public var id: UInt8
    /// Name of the domain at the other end.
    public var peer: String
    /// Its identifier for the channel.
    public var peerID: UInt8
    /// Whether this domain may notify the peer.
    public var notifies: Bool
    /// Whether the peer may notify this domain.
    public var notifiedBy: Bool
    /// Whether this domain may call the peer.
    public var calls: Bool
    /// Whether the peer may call this domain.
    public var calledBy: Bool
  }

  /// An interrupt that the domain receives.
  public struct IRQ: Hashable, Sendable, Codable {
    /// The domain's identifier for it.
    public var id: UInt8
    /// "irq 48 edge", or the x86 kind with its attributes.
    public var source: String
  }

  /// A range of x86 I/O ports.
  public struct Ports: Hashable, Sendable, Codable {
    /// The domain's identifier for it.
    public var id: UInt8
    /// The first port.
    public var address: String
    /// Number of ports.
    public var size: UInt64
  }

  /// A capability to an object of another domain.
  public struct Capability: Hashable, Sendable, Codable {
    /// Index in the root CNode.
    public var slot: UInt64
    /// The element that grants it: "cap_tcb", "cap_sc" or "cap_vspace".
    public var kind: String
    /// Name of the other domain.
    public var domain: String
  }

  /// A symbol that the Microkit tool sets in the protection domain's image.
  public struct Symbol: Hashable, Sendable, Codable {
    /// In the image.
    public var name: String
    /// What it is set to, in words.
    public var value: String
  }
}
