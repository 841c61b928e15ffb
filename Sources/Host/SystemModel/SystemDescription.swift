// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A whole Microkit system, as its `.system` file says it: a value that is built, checked and rendered.
///
/// It holds what any supported SDK can express; the renderer writes the dialect of the SDK asked for.
public struct SystemDescription: Hashable, Sendable {
  public var memoryRegions: [MemoryRegion]
  /// Protection domains without a parent, in the order of the file.
  public var protectionDomains: [ProtectionDomain]
  public var channels: [Channel]
  public var domainSchedule: DomainSchedule?
  public var ioAddressSpaces: [IOAddressSpace]

  public init(
    memoryRegions: [MemoryRegion] = [], protectionDomains: [ProtectionDomain] = [],
    channels: [Channel] = [], domainSchedule: DomainSchedule? = nil,
    ioAddressSpaces: [IOAddressSpace] = []
  ) {
    self.memoryRegions = memoryRegions
    self.protectionDomains = protectionDomains
    self.channels = channels
    self.domainSchedule = domainSchedule
    self.ioAddressSpaces = ioAddressSpaces
  }

  /// Every protection domain, parents before their children.
  public var allProtectionDomains: [ProtectionDomain] {
    var all: [ProtectionDomain] = []
    func add(_ domain: ProtectionDomain) {
      all.append(domain)
      domain.children.forEach(add)
    }
    protectionDomains.forEach(add)
    return all
  }

  public func protectionDomain(named name: String) -> ProtectionDomain? {
    allProtectionDomains.first { $0.name == name }
  }

  public func memoryRegion(named name: String) -> MemoryRegion? {
    memoryRegions.first { $0.name == name }
  }
}

/// `<domains>`: the fixed schedule of scheduling domains (since 2.3.0).
public struct DomainSchedule: Hashable, Sendable {
  public struct Domain: Hashable, Sendable {
    public var name: String
    /// Nil lets the Microkit tool choose.
    public var id: UInt8?

    public init(_ name: String, id: UInt8? = nil) {
      self.name = name
      self.id = id
    }
  }

  public enum Entry: Hashable, Sendable {
    public enum Unit: String, CaseIterable, Hashable, Sendable {
      case microseconds = "us"
      case ticks
    }

    /// Runs a domain for a duration, which is not 0.
    case run(domain: String, duration: UInt64, Unit)
    /// Ends a schedule, where several stand in the table.
    case endMarker
  }

  public var domains: [Domain]
  public var entries: [Entry]
  /// Entry that the schedule starts with; nil is the first.
  public var startIndex: UInt64?
  public var indexShift: UInt64?

  public init(
    domains: [Domain], entries: [Entry], startIndex: UInt64? = nil, indexShift: UInt64? = nil
  ) {
    self.domains = domains
    self.entries = entries
    self.startIndex = startIndex
    self.indexShift = indexShift
  }
}

/// `<io_address_space>`: what an x86 device behind an IOMMU can reach (since 2.3.0). Attribute values
/// are kept as written, so that files of other targets can be read and compared.
public struct IOAddressSpace: Hashable, Sendable {
  public struct IOMap: Hashable, Sendable {
    public var attributes: [String: String]
    public init(attributes: [String: String]) { self.attributes = attributes }
  }

  public var attributes: [String: String]
  public var maps: [IOMap]
  public var origin: Origin

  public init(attributes: [String: String], maps: [IOMap], origin: Origin = Origin()) {
    self.attributes = attributes
    self.maps = maps
    self.origin = origin
  }
}
