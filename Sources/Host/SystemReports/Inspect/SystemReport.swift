// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

/// What `inspect` shows of a system, as data; docs/reports.md describes its JSON. Sizes are in
/// bytes; addresses are hexadecimal text, because not every JSON reader keeps all 64 bits of a
/// number.
public struct SystemReport: Hashable, Sendable, Codable {
  /// The form of the JSON document: raised when a field changes its meaning or goes away, not when
  /// one is added.
  public static let currentVersion = 1

  /// `currentVersion`.
  public var version: Int
  /// The version whose defaults the report uses.
  public var sdk: String
  /// Whatever a domain or a device may do beyond its memory, channels and interrupts, the most
  /// powerful rights first.
  public var rights: [Right]
  /// The scheduling domains and their schedule, if the system has one.
  public var schedule: Schedule?
  /// Parents before children.
  public var domains: [Domain]
  /// What devices behind an IOMMU can reach.
  public var ioAddressSpaces: [IOSpace]
  /// In the order of the file.
  public var regions: [Region]
  /// One total per kind that occurs.
  public var memory: [Total]
  /// Of all kinds.
  public var regionCount: Int
  /// Total bytes of all regions, device registers included, as far as sizes are known.
  public var regionBytes: UInt64
  /// Regions whose size only a file that was not found tells.
  public var unsizedRegions: Int
  /// In the whole system.
  public var channelCount: Int
  /// In the whole system.
  public var interruptCount: Int
}

extension SystemReport {
  /// A memory region.
  public struct Region: Hashable, Sendable, Codable {
    /// Unique in the system.
    public var name: String
    /// What it is for.
    public var kind: MemoryKind
    /// In bytes; nil if only a file that was not found tells.
    public var size: UInt64?
    /// In bytes, if the file gives one.
    public var pageSize: UInt64?
    /// If the file gives one.
    public var physicalAddress: String?
    /// File whose contents it starts with.
    public var prefillPath: String?
    /// Boot information that it starts with.
    public var prefillBootInfo: String?
    /// Domains that map it, directly or for their guest.
    public var mappedBy: [String]
  }

  /// All regions of one kind.
  public struct Total: Hashable, Sendable, Codable {
    /// What they are for.
    public var kind: MemoryKind
    /// How many there are.
    public var regions: Int
    /// Their total size, as far as it is known.
    public var bytes: UInt64
    /// How many have an unknown size.
    public var unsized: Int
  }

  /// What a device behind an IOMMU can reach.
  public struct IOSpace: Hashable, Sendable, Codable {
    /// Unique in the system.
    public var name: String
    /// The device: on x86 its bus, device and function.
    public var peripheralID: String?
    /// The IOMMU's number for the address space.
    public var domainID: String?
    /// In the order of the file.
    public var maps: [IOMapping]
  }

  /// A region in a device's address space.
  public struct IOMapping: Hashable, Sendable, Codable {
    /// The region's name.
    public var region: String
    /// As the device sees it.
    public var address: String
    /// In bytes; nil as in `Region`, or if the region is not declared.
    public var size: UInt64?
    /// As in `perms`: "rw".
    public var permissions: String
  }
}

extension SystemReport {
  /// A JSON document that ends in a newline.
  public func json() -> String { JSONWriter.document(self) }
}
