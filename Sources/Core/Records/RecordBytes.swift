// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

#if !hasFeature(Embedded)
  /// A record being built on the host: zeroes and its magic to begin with.
  public struct RecordBytes<Layout: Record>: Sendable {
    public private(set) var bytes: [UInt8]

    public init() {
      bytes = [UInt8](repeating: 0, count: Layout.byteCount)
      for index in 0..<Layout.magic.byteCount {
        bytes[index] = UInt8(truncatingIfNeeded: Layout.magic.value >> UInt64(8 * index))
      }
    }

    public subscript<Value: RecordValue>(field: Field<Layout, Value>) -> Value {
      get { Value.read(from: bytes, at: field.offset) }
      set { newValue.write(to: &bytes, at: field.offset) }
    }

    /// Sets a text; false, and nothing is written, when it does not fit with its NUL.
    public mutating func set(_ text: TextField<Layout>, to value: String) -> Bool {
      let utf8 = Array(value.utf8)
      guard utf8.count < text.capacity, !utf8.contains(0) else { return false }
      for index in 0..<text.capacity {
        bytes.setByte(index < utf8.count ? utf8[index] : 0, at: text.offset + index)
      }
      return true
    }
  }

  extension [UInt8]: ByteSource, ByteSink {
    public func byte(at offset: Int) -> UInt8 { indices.contains(offset) ? self[offset] : 0 }

    public mutating func setByte(_ byte: UInt8, at offset: Int) {
      if indices.contains(offset) { self[offset] = byte }
    }
  }
#endif
