// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// A Microkit system, as a `.system` file describes it: a value to build, check and render.
///
/// It holds whatever any supported SDK can express; the renderer writes one SDK's dialect.
public struct SystemDescription: Hashable, Sendable {
  /// In the order of the file.
  public var memoryRegions: [MemoryRegion]
  /// Protection domains without a parent, in the order of the file.
  public var protectionDomains: [ProtectionDomain]
  /// In the order of the file.
  public var channels: [Channel]
  /// Since 2.3.0; nil without `<domains>`.
  public var domainSchedule: DomainSchedule?
  /// Since 2.3.0; x86 only.
  public var ioAddressSpaces: [IOAddressSpace]

  /// Creates a description, empty by default.
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

  /// Every protection domain, parents before children.
  public var allProtectionDomains: [ProtectionDomain] {
    var all: [ProtectionDomain] = []
    func add(_ domain: ProtectionDomain) {
      all.append(domain)
      domain.children.forEach(add)
    }
    protectionDomains.forEach(add)
    return all
  }

  /// The first domain of that name, children included; a search of all of them.
  public func protectionDomain(named name: String) -> ProtectionDomain? {
    allProtectionDomains.first { $0.name == name }
  }

  /// The first region of that name; a search of all of them.
  public func memoryRegion(named name: String) -> MemoryRegion? {
    memoryRegions.first { $0.name == name }
  }
}

/// `<domains>`: the fixed schedule of scheduling domains (since 2.3.0).
public struct DomainSchedule: Hashable, Sendable {
  /// A group of protection domains that the schedule runs together.
  public struct Domain: Hashable, Sendable {
    /// What `ProtectionDomain.schedulingDomain` refers to.
    public var name: String
    /// The kernel's number for it; nil lets the Microkit tool choose.
    public var id: UInt8?

    /// Creates a scheduling domain.
    public init(_ name: String, id: UInt8? = nil) {
      self.name = name
      self.id = id
    }
  }

  /// One line of the schedule.
  public enum Entry: Hashable, Sendable {
    /// What a duration counts.
    public enum Unit: String, CaseIterable, Hashable, Sendable {
      /// Microseconds of wall-clock time.
      case microseconds = "us"
      /// Ticks of the kernel's timer.
      case ticks
    }

    /// Runs a domain for a duration above 0.
    case run(domain: String, duration: UInt64, Unit)
    /// Ends one of several schedules in the table.
    case endMarker
  }

  /// In the order of the file.
  public var domains: [Domain]
  /// In the order in which they run.
  public var entries: [Entry]
  /// Index of the entry to start with; nil means the first.
  public var startIndex: UInt64?
  /// How many entries further on the schedule stands in the kernel's table; nil means 0.
  public var indexShift: UInt64?

  /// Creates a schedule.
  public init(
    domains: [Domain], entries: [Entry], startIndex: UInt64? = nil, indexShift: UInt64? = nil
  ) {
    self.domains = domains
    self.entries = entries
    self.startIndex = startIndex
    self.indexShift = indexShift
  }
}

/// `<io_address_space>`: what an x86 device behind an IOMMU can reach (since 2.3.0). Attributes
/// stay as written, which is enough to read and compare files for other targets.
public struct IOAddressSpace: Hashable, Sendable {
  /// A mapping into the device's address space.
  public struct IOMap: Hashable, Sendable {
    /// By name, as written.
    public var attributes: [String: String]
    /// Where the `<iomap>` was read from.
    public var origin: Origin

    /// Creates a mapping from its attributes.
    public init(attributes: [String: String], origin: Origin = Origin()) {
      self.attributes = attributes
      self.origin = origin
    }
  }

  /// By name, as written.
  public var attributes: [String: String]
  /// In the order of the file.
  public var maps: [IOMap]
  /// Where the element was read from.
  public var origin: Origin

  /// Creates an address space from its attributes.
  public init(attributes: [String: String], maps: [IOMap], origin: Origin = Origin()) {
    self.attributes = attributes
    self.maps = maps
    self.origin = origin
  }
}

/// Where a part of the model was read from, if it came from a file.
///
/// All origins are equal: systems that differ only in the positions of their text are the same
/// system.
public struct Origin: Hashable, Sendable {
  /// Nil for what was described in code.
  public var location: SourceLocation?

  /// Creates an origin, by default none.
  public init(_ location: SourceLocation? = nil) { self.location = location }

  /// Always true.
  public static func == (lhs: Self, rhs: Self) -> Bool { true }
  /// Adds nothing.
  public func hash(into hasher: inout Hasher) {}
}
