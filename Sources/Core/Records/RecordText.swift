// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Text of up to `capacity` bytes in UTF-8, without NULs. `String(text)` is available where there is a heap. (A `Sequence`
/// would need one, for the protocol's own methods.)
public struct RecordText<let capacity: Int>: Sendable {
  private var bytes = InlineArray<capacity, UInt8>(repeating: 0)
  /// The number of bytes.
  public private(set) var count = 0

  /// No text.
  public init() {}

  /// The byte at `index`; 0 beyond the end.
  public subscript(index: Int) -> UInt8 {
    index >= 0 && index < count ? bytes[index] : 0
  }

  /// Appends a byte; false, and nothing changes, if there is no room or the byte is 0.
  public mutating func append(_ byte: UInt8) -> Bool {
    guard byte != 0, count < capacity else { return false }
    bytes[count] = byte
    count &+= 1
    return true
  }

  /// The same text; capacities may differ.
  public static func == <let other: Int>(text: Self, other: RecordText<other>) -> Bool {
    guard text.count == other.count else { return false }
    for index in 0..<text.count where text[index] != other[index] { return false }
    return true
  }
}

extension RecordText: ExpressibleByStringLiteral {
  /// The text of a literal, which must fit.
  public init(stringLiteral text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount {
      let fits = append(text.octet(index))
      precondition(fits, "the text has a NUL or is longer than its RecordText")
    }
  }
}

extension RecordText: RecordProperty {
  /// `capacity`.
  public static var byteCount: Int { capacity }
  /// 6.
  public static var code: UInt8 { 6 }

  /// The bytes before the first NUL.
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    var text = Self()
    while text.append(bytes.byte(at: offset &+ text.count)) {}
    return text
  }

  /// The text, and zeros after it.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    for index in 0..<capacity { bytes.setByte(self[index], at: offset &+ index) }
  }
}

#if !hasFeature(Embedded)
  extension RecordText {
    /// Nil if the text is too long or has a NUL.
    public init?(_ text: String) {
      for byte in text.utf8 { guard append(byte) else { return nil } }
    }

    /// A text that may fill its field.
    public static var kind: FieldKind { .text(capacity: capacity) }
  }

  extension String {
    /// The text of a record.
    public init<let capacity: Int>(_ text: RecordText<capacity>) {
      self.init(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
    }
  }
#endif
