// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

#if !hasFeature(Embedded)
  /// A structure that can list its fields.
  protocol DescribedStructure: RecordStructure {
    /// The C structure's name without `_t`.
    static var schemaName: String { get }
    /// In the order of their offsets.
    static var schema: [FieldSchema] { get }
  }

  /// A value whose type alone says how to show it.
  protocol DescribedValue: RecordValue {
    static var kind: FieldKind { get }
  }

  extension DescribedStructure {
    static var kind: FieldKind {
      .structure(name: schemaName, byteCount: byteCount, fields: schema)
    }

    static func field<Value: DescribedValue>(
      _ name: String, _ part: Field<Self, Value>
    ) -> FieldSchema {
      FieldSchema(name: name, offset: part.offset, kind: Value.kind)
    }

    static func number<Value: RecordValue & FixedWidthInteger>(
      _ name: String, _ part: Field<Self, Value>, _ style: NumberStyle = .decimal
    ) -> FieldSchema {
      FieldSchema(
        name: name, offset: part.offset, kind: .number(byteCount: Value.byteCount, style))
    }

    static func text(_ name: String, _ part: TextField<Self>) -> FieldSchema {
      FieldSchema(name: name, offset: part.offset, kind: .text(capacity: part.capacity))
    }

    static func data(_ name: String, _ part: BytesField<Self>) -> FieldSchema {
      FieldSchema(name: name, offset: part.offset, kind: .data(capacity: part.capacity))
    }

    static func list<Element: DescribedValue>(
      _ name: String, _ part: ListField<Self, Element>, count: Field<Self, UInt8>?
    ) -> FieldSchema {
      list(name, part, Element.kind, count)
    }

    static func list<Element: DescribedStructure>(
      _ name: String, _ part: ListField<Self, Element>, count: Field<Self, UInt8>?
    ) -> FieldSchema {
      list(name, part, Element.kind, count)
    }

    private static func list<Element>(
      _ name: String, _ part: ListField<Self, Element>, _ kind: FieldKind,
      _ count: Field<Self, UInt8>?
    ) -> FieldSchema {
      FieldSchema(
        name: name, offset: part.offset,
        kind: .list(element: kind, capacity: part.capacity, countOffset: count?.offset))
    }
  }

  extension MACAddress: DescribedValue {
    /// Six octets.
    public static var kind: FieldKind { .macAddress }
  }
#endif
