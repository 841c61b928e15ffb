// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// A finished system: its description, and the records that its domains read at start.
public struct SystemLayout: Hashable, Sendable {
  /// The file that a domain's image is copied from.
  public struct ImageSource: Hashable, Sendable {
    /// Name of the domain.
    public var domain: String
    /// File name of an ELF; domains may share one.
    public var source: String

    /// Creates a pair of a domain and a file name.
    public init(domain: String, source: String) {
      self.domain = domain
      self.source = source
    }
  }

  /// What the `.system` file says.
  public var description: SystemDescription
  /// In the order of addition.
  public var records: [PlacedRecord]
  /// One per domain, in the order of addition.
  public var images: [ImageSource]

  /// Creates a layout; `SystemBuilder.layout()` does so.
  public init(
    description: SystemDescription, records: [PlacedRecord], images: [ImageSource]
  ) {
    self.description = description
    self.records = records
    self.images = images
  }
}

/// A record, and where its protection domain looks for it.
public struct PlacedRecord: Hashable, Sendable {
  /// Name of the domain.
  public var domain: String
  /// ELF section of the domain's image, such as `.timer_client_config`.
  public var section: String
  /// Name when records are written as files, as in sdfgen.
  public var fileName: String
  /// The whole record, which the section must have room for.
  public var bytes: [UInt8]
  /// Whether only the owner may read files with it.
  public var isSecret: Bool

  /// Creates a record for a domain.
  public init(
    domain: String, section: String, fileName: String, bytes: [UInt8], isSecret: Bool = false
  ) {
    self.domain = domain
    self.section = section
    self.fileName = fileName
    self.bytes = bytes
    self.isSecret = isSecret
  }

  /// Whether it has a layout of Serval's own, unknown to programs of sDDF and LionsOS.
  public var isServalsOwn: Bool { bytes.starts(with: "Serval".utf8) }
}
