// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// What generating a system gives: its description, and the records that its domains read at start.
public struct SystemLayout: Hashable, Sendable {
  /// From which file a domain's own image is made.
  public struct ImageSource: Hashable, Sendable {
    public var domain: String
    /// File name of an ELF; several domains may be made from one.
    public var source: String

    public init(domain: String, source: String) {
      self.domain = domain
      self.source = source
    }
  }

  public var description: SystemDescription
  public var records: [PlacedRecord]
  public var images: [ImageSource]

  public init(
    description: SystemDescription, records: [PlacedRecord], images: [ImageSource]
  ) {
    self.description = description
    self.records = records
    self.images = images
  }
}

/// The bytes of one record, and where a protection domain looks for them.
public struct PlacedRecord: Hashable, Sendable {
  public var domain: String
  /// ELF section of the domain's image.
  public var section: String
  /// File name when records are written as files, as sdfgen names them.
  public var fileName: String
  public var bytes: [UInt8]

  public init(domain: String, section: String, fileName: String, bytes: [UInt8]) {
    self.domain = domain
    self.section = section
    self.fileName = fileName
    self.bytes = bytes
  }

  /// Whether it is a record of Serval's, which sDDF's and LionsOS's programs do not know.
  public var isServalsOwn: Bool { bytes.starts(with: "Serval".utf8) }
}
