// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// One semantic difference between two systems.
public struct Change: Hashable, Sendable, Codable {
  public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
    case added
    case removed
    case changed
    /// The same thing under another name; `name` is the new one.
    case renamed
  }

  public enum Subject: String, CaseIterable, Hashable, Sendable, Codable {
    case memoryRegion = "memory region"
    case protectionDomain = "protection domain"
    case virtualMachine = "virtual machine"
    case virtualCPU = "virtual cpu"
    case map
    case guestMap = "guest map"
    case interrupt
    case setvar
    case ioPort = "io port"
    case capability
    case channel
    case domainSchedule = "domain schedule"
    case ioAddressSpace = "io address space"
  }

  /// An attribute's values on both sides; nil where the side has none.
  public struct Attribute: Hashable, Sendable, Codable {
    public var name: String
    public var before: String?
    public var after: String?

    public init(_ name: String, before: String?, after: String?) {
      self.name = name
      self.before = before
      self.after = after
    }
  }

  public var kind: Kind
  public var subject: Subject
  public var name: String
  /// The protection domain that it belongs to, for what belongs to one.
  public var domain: String?
  /// All attributes of what was added or removed, the differing ones of what was changed.
  public var attributes: [Attribute]

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
