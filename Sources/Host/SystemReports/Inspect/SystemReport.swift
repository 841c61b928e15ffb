// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// What `inspect` tells of a system, as data: sizes in bytes, addresses in hexadecimal text, since
/// not every JSON reader keeps 64 bits of a number.
public struct SystemReport: Hashable, Sendable, Codable {
  public struct Domain: Hashable, Sendable, Codable {
    public var name: String
    public var role: Role
    public var image: String
    public var parent: String?
    public var childID: UInt8?
    public var priority: UInt8
    public var budget: UInt64
    public var period: UInt64
    public var passive: Bool
    public var stackSize: UInt64
    public var cpu: UInt8?
    public var guest: String?
    /// By address; a guest's mappings after its monitor's.
    public var maps: [Mapping]
    /// Bytes of all regions mapped, each counted once.
    public var mappedBytes: UInt64
    /// By this protection domain's identifier.
    public var channels: [Link]
    public var interrupts: [IRQ]
    public var symbols: [Symbol]
  }

  public struct Mapping: Hashable, Sendable, Codable {
    public var region: String
    public var kind: RegionKind
    public var address: String
    public var size: UInt64?
    public var permissions: String
    public var cached: Bool
    public var physicalAddress: String?
    public var inGuest: Bool
    /// The others that map the region.
    public var sharedWith: [String]
  }

  /// A channel seen from one of its ends.
  public struct Link: Hashable, Sendable, Codable {
    public var id: UInt8
    public var peer: String
    public var peerID: UInt8
    public var notifies: Bool
    public var notifiedBy: Bool
    public var calls: Bool
    public var calledBy: Bool
  }

  public struct IRQ: Hashable, Sendable, Codable {
    public var id: UInt8
    /// "irq 48 edge", or the x86 kind with its attributes.
    public var source: String
  }

  /// A symbol that the Microkit tool sets in the protection domain's image.
  public struct Symbol: Hashable, Sendable, Codable {
    public var name: String
    public var value: String
  }

  public struct Total: Hashable, Sendable, Codable {
    public var kind: RegionKind
    public var regions: Int
    public var bytes: UInt64
  }

  public var sdk: String
  public var domains: [Domain]
  /// One per kind that occurs.
  public var memory: [Total]
  public var regionCount: Int
  /// Bytes of all regions, device registers included.
  public var regionBytes: UInt64
  public var channelCount: Int
  public var interruptCount: Int
}

extension SystemReport {
  public func json() -> String { jsonText(self) }
}
