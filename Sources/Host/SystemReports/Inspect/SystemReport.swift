// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

/// What `inspect` shows of a system, as data. Sizes are in bytes; addresses are hexadecimal text,
/// because not every JSON reader keeps all 64 bits of a number.
public struct SystemReport: Hashable, Sendable, Codable {
  /// A protection domain.
  public struct Domain: Hashable, Sendable, Codable {
    /// Unique in the system.
    public var name: String
    /// Derived as docs/lints.md says.
    public var role: Role
    /// File name of its ELF.
    public var image: String
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
    /// Name of the virtual machine that it runs.
    public var guest: String?
    /// By address, a guest's mappings after its monitor's.
    public var maps: [Mapping]
    /// Total bytes of the mapped regions, each counted once.
    public var mappedBytes: UInt64
    /// By this domain's identifiers.
    public var channels: [Link]
    /// By this domain's identifiers.
    public var interrupts: [IRQ]
    /// In the order of maps, addresses, interrupts, channels and children.
    public var symbols: [Symbol]
  }

  /// A mapped region.
  public struct Mapping: Hashable, Sendable, Codable {
    /// The region's name.
    public var region: String
    /// What the region is for.
    public var kind: MemoryKind
    /// Virtual, or guest-physical.
    public var address: String
    /// In bytes; nil if the region is not declared, or its file determines its size.
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

  /// A symbol that the Microkit tool sets in the protection domain's image.
  public struct Symbol: Hashable, Sendable, Codable {
    /// In the image.
    public var name: String
    /// What it is set to, in words.
    public var value: String
  }

  /// All regions of one kind.
  public struct Total: Hashable, Sendable, Codable {
    /// What they are for.
    public var kind: MemoryKind
    /// How many there are.
    public var regions: Int
    /// Their total size.
    public var bytes: UInt64
  }

  /// The version whose defaults the report uses.
  public var sdk: String
  /// Parents before children.
  public var domains: [Domain]
  /// One total per kind that occurs.
  public var memory: [Total]
  /// Of all kinds.
  public var regionCount: Int
  /// Total bytes of all regions, device registers included.
  public var regionBytes: UInt64
  /// In the whole system.
  public var channelCount: Int
  /// In the whole system.
  public var interruptCount: Int
}

extension SystemReport {
  /// A JSON document that ends in a newline.
  public func json() -> String { JSONWriter.document(self) }
}
