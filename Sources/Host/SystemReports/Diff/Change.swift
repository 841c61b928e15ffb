// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A difference in meaning between two systems.
public struct Change: Hashable, Sendable, Codable {
  /// What happened.
  public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
    /// Only the second system has it.
    case added
    /// Only the first system has it.
    case removed
    /// Attributes differ.
    case changed
    /// It has a new name, which `name` holds.
    case renamed
  }

  /// What it happened to; findings and JSON show the raw value.
  public enum Subject: String, CaseIterable, Hashable, Sendable, Codable {
    /// A `<memory_region>`.
    case memoryRegion = "memory region"
    /// A `<protection_domain>`.
    case protectionDomain = "protection domain"
    /// A `<virtual_machine>`.
    case virtualMachine = "virtual machine"
    /// A `<vcpu>`.
    case virtualCPU = "virtual cpu"
    /// A `<map>` of a protection domain.
    case map
    /// A `<map>` of a virtual machine.
    case guestMap = "guest map"
    /// An `<irq>`.
    case interrupt
    /// A `<setvar>`.
    case setvar
    /// An `<ioport>`.
    case ioPort = "io port"
    /// An entry of `<cspace>`.
    case capability
    /// A `<channel>`.
    case channel
    /// The `<domains>`.
    case domainSchedule = "domain schedule"
    /// An `<io_address_space>`.
    case ioAddressSpace = "io address space"
    /// An `<iomap>`.
    case ioMap = "io map"
  }

  /// An attribute's value in both systems; nil where it is missing.
  public struct Attribute: Hashable, Sendable, Codable {
    /// As in the file, or "pp of NAME" for an end of a channel.
    public var name: String
    /// In the first system.
    public var before: String?
    /// In the second system.
    public var after: String?

    /// Creates an attribute with one value per system.
    public init(_ name: String, before: String?, after: String?) {
      self.name = name
      self.before = before
      self.after = after
    }
  }

  /// What happened.
  public var kind: Kind
  /// What it happened to.
  public var subject: Subject
  /// Its name, or what identifies it.
  public var name: String
  /// The protection domain or I/O address space that it belongs to, if any.
  public var domain: String?
  /// All attributes if it was added or removed, or else the ones that differ.
  public var attributes: [Attribute]

  /// Creates a change.
  public init(
    _ kind: Kind, _ subject: Subject, _ name: String, in domain: String? = nil,
    _ attributes: [Attribute] = []
  ) {
    self.kind = kind
    self.subject = subject
    self.name = name
    self.domain = domain
    self.attributes = attributes
  }
}
