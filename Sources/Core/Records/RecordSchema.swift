// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

#if !hasFeature(Embedded)
  /// A record's fields as data, for programs that show any record: `serval inspect`, tests.
  public struct RecordSchema: Sendable {
    /// The C structure's name without `_t`.
    public let name: String
    /// ELF section that holds it.
    public let section: String
    public let magic: Magic
    public let byteCount: Int
    /// In the order of their offsets, without the magic.
    public let fields: [FieldSchema]

    init<Layout: Record & DescribedStructure>(_: Layout.Type) {
      name = Layout.schemaName
      section = "\(Layout.section)"
      magic = Layout.magic
      byteCount = Layout.byteCount
      fields = Layout.schema
    }

    /// The record that lives in an ELF section of this name.
    public static func inSection(_ name: String) -> RecordSchema? {
      all.first { $0.section == name }
    }

    /// The records that these bytes, of a file of their own, can be: by size and magic.
    ///
    /// More than one where size and magic are the same, as for `fs_client_config` and `fs_server_config`.
    public static func matching(_ bytes: [UInt8]) -> [RecordSchema] {
      all.filter { $0.byteCount == bytes.count && $0.magic.begins(bytes) }
    }
  }

  /// One field of a record or of a structure inside one.
  public struct FieldSchema: Sendable {
    /// As in the C header.
    public let name: String
    /// Bytes from the start of the structure that has the field.
    public let offset: Int
    public let kind: FieldKind
  }

  public indirect enum FieldKind: Sendable {
    /// A little-endian number of 1, 2, 4 or 8 bytes.
    case number(byteCount: Int, NumberStyle)
    case macAddress
    /// A C string with room for `capacity` bytes, its NUL included.
    case text(capacity: Int)
    case structure(name: String, byteCount: Int, fields: [FieldSchema])
    /// Equal elements; `countOffset` is where the same structure has their number in one byte, nil if
    /// it does not have it.
    case list(element: FieldKind, capacity: Int, countOffset: Int?)

    /// Bytes, with trailing padding.
    public var byteCount: Int {
      switch self {
      case .number(let byteCount, _): byteCount
      case .macAddress: MACAddress.byteCount
      case .text(let capacity): capacity
      case .structure(name: _, let byteCount, fields: _): byteCount
      case .list(let element, let capacity, countOffset: _): element.byteCount * capacity
      }
    }

    /// The C type.
    public var typeName: String {
      switch self {
      case .number(1, .character): "char"
      case .number(1, .flag): "bool"
      case .number(let byteCount, _): "uint\(8 * byteCount)_t"
      case .macAddress: "mac_addr_t"
      case .text(let capacity): "char[\(capacity)]"
      case .structure(let name, byteCount: _, fields: _): "\(name)_t"
      case .list(let element, let capacity, countOffset: _): "\(element.typeName)[\(capacity)]"
      }
    }
  }

  /// How people write a number.
  public enum NumberStyle: Sendable {
    case decimal
    case hexadecimal
    /// 0 or 1.
    case flag
    /// An ASCII character.
    case character
    /// The octets of an IPv4 address, the first one most significant.
    case ipv4Address
  }

  extension Magic {
    /// The bytes.
    public var bytes: [UInt8] {
      (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    /// Whether `record` starts with these bytes.
    public func begins(_ record: [UInt8]) -> Bool { record.starts(with: bytes) }
  }
#endif
