// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

#if !hasFeature(Embedded)
  /// A record under construction on the host.
  public struct RecordBytes<Layout: Record>: Sendable {
    /// The record as it goes into its section, `Layout.byteCount` bytes.
    public private(set) var bytes: [UInt8]

    /// All zeros but for the magic.
    public init() {
      bytes = [UInt8](repeating: 0, count: Layout.byteCount)
      for index in 0..<Layout.magic.byteCount {
        bytes[index] = UInt8(truncatingIfNeeded: Layout.magic.value >> UInt64(8 * index))
      }
    }

    /// The field's value.
    public subscript<Value: RecordValue>(field: Field<Layout, Value>) -> Value {
      get { Value.read(from: bytes, at: field.offset) }
      set { newValue.write(to: &bytes, at: field.offset) }
    }

    /// Sets a text; false, and nothing is written, if it does not fit with its NUL or contains one.
    public mutating func set(_ text: TextField<Layout>, to value: String) -> Bool {
      let utf8 = Array(value.utf8)
      guard utf8.count < text.capacity, !utf8.contains(0) else { return false }
      for index in 0..<text.capacity {
        bytes.setByte(index < utf8.count ? utf8[index] : 0, at: text.offset + index)
      }
      return true
    }

    /// Sets bytes from `start` on; false, and nothing is written, if they do not fit.
    public mutating func set(_ field: BytesField<Layout>, at start: Int, to value: [UInt8]) -> Bool
    {
      guard start >= 0, value.count <= field.capacity - start else { return false }
      for (index, byte) in value.enumerated() {
        bytes.setByte(byte, at: field.offset + start + index)
      }
      return true
    }
  }

  extension [UInt8]: ByteSource, ByteSink {
    /// 0 beyond the end.
    public func byte(at offset: Int) -> UInt8 { indices.contains(offset) ? self[offset] : 0 }

    /// Does nothing beyond the end.
    public mutating func setByte(_ byte: UInt8, at offset: Int) {
      if indices.contains(offset) { self[offset] = byte }
    }
  }
#endif
