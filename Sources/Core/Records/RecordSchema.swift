// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

#if !hasFeature(Embedded)
  /// A record's fields as data, for code that shows any record: `serval inspect` and tests.
  public struct RecordSchema: Sendable {
    /// The C structure's name without `_t`.
    public let name: String
    /// ELF section that holds it.
    public let section: String
    /// The bytes that the record starts with.
    public let magic: Magic
    /// The record's size.
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

    /// The record of the ELF section with this name.
    public static func inSection(_ name: String) -> RecordSchema? {
      all.first { $0.section == name }
    }

    /// The records that a file with these bytes can be, by size and magic.
    ///
    /// More than one if both agree, as for `fs_client_config` and `fs_server_config`.
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
    /// The field's type.
    public let kind: FieldKind
  }

  /// The type of a field.
  public indirect enum FieldKind: Sendable {
    /// A little-endian number of 1, 2, 4 or 8 bytes.
    case number(byteCount: Int, NumberStyle)
    /// Six octets.
    case macAddress
    /// A C string with room for `capacity` bytes, NUL included.
    case text(capacity: Int)
    /// Bytes that no report shows: certificates and keys.
    case data(capacity: Int)
    /// A structure inside the record.
    case structure(name: String, byteCount: Int, fields: [FieldSchema])
    /// Elements of one kind. `countOffset` is where the same structure holds their number in one byte; nil if it
    /// does not.
    case list(element: FieldKind, capacity: Int, countOffset: Int?)

    /// Size in bytes, with trailing padding.
    public var byteCount: Int {
      switch self {
      case .number(let byteCount, _): byteCount
      case .macAddress: MACAddress.byteCount
      case .text(let capacity): capacity
      case .data(let capacity): capacity
      case .structure(name: _, let byteCount, fields: _): byteCount
      case .list(let element, let capacity, countOffset: _): element.byteCount * capacity
      }
    }

    /// The C type.
    public var typeName: String {
      switch self {
      case .number(1, .character): "char"
      case .number(1, .flag): "bool"
      case .number(let byteCount, .signed): "int\(8 * byteCount)_t"
      case .number(let byteCount, _): "uint\(8 * byteCount)_t"
      case .macAddress: "mac_addr_t"
      case .text(let capacity): "char[\(capacity)]"
      case .data(let capacity): "uint8_t[\(capacity)]"
      case .structure(let name, byteCount: _, fields: _): "\(name)_t"
      case .list(let element, let capacity, countOffset: _): "\(element.typeName)[\(capacity)]"
      }
    }
  }

  /// How people write a number.
  public enum NumberStyle: Sendable {
    /// Base 10.
    case decimal
    /// Base 10, in two's complement.
    case signed
    /// Base 16, for addresses and flags.
    case hexadecimal
    /// 0 or 1.
    case flag
    /// An ASCII character.
    case character
    /// An IPv4 address, the first octet most significant.
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
