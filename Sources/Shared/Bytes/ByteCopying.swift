// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The only file of this module with unsafe constructs: whole runs of bytes copied at once.

extension Array where Element == UInt8 {
  /// Appends a copy of `bytes`.
  public mutating func append(copying bytes: Span<UInt8>) {
    // Safety: the pointer is used inside the closure only, for its own count.
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// A copy of `bytes`.
  public init(copying bytes: Span<UInt8>) {
    self = []
    append(copying: bytes)
  }

  /// The UTF-8 of `text`, without going through a string.
  public init(_ text: StaticString) {
    self = []
    append(text)
  }

  /// Appends the UTF-8 of `text`.
  public mutating func append(_ text: StaticString) {
    guard text.hasPointerRepresentation else { return }
    // Safety: a static string's pointer is valid for its count, for good.
    let bytes = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    unsafe append(contentsOf: bytes)
  }
}

extension MutableSpan where Element == UInt8 {
  /// Copies as much of `bytes` as fits from `offset` on; returns the number of bytes copied.
  public mutating func copy(_ bytes: Span<UInt8>, at offset: Int = 0) -> Int {
    guard offset >= 0, offset <= count else { return 0 }
    let length = Swift.min(bytes.count, count - offset)
    // Safety: `length` bytes fit both sides, and a mutable span overlaps no other.
    unsafe withUnsafeMutableBufferPointer { target in
      unsafe bytes.withUnsafeBufferPointer { source in
        guard let start = target.baseAddress, let from = source.baseAddress else { return }
        unsafe (start + offset).update(from: from, count: length)
      }
    }
    return length
  }
}

extension StaticString {
  /// Whether the text's UTF-8 is `bytes`.
  public func equals(_ bytes: Span<UInt8>) -> Bool {
    guard hasPointerRepresentation, bytes.count == utf8CodeUnitCount else { return false }
    // Safety: as in `append`; the indices are below both counts.
    let text = unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    for index in bytes.indices where unsafe text[index] != bytes[index] { return false }
    return true
  }

  /// The same with ASCII letters in either case.
  public func equalsIgnoringCase(_ bytes: Span<UInt8>) -> Bool {
    guard hasPointerRepresentation, bytes.count == utf8CodeUnitCount else { return false }
    // Safety: as above.
    let text = unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    for index in bytes.indices
    where unsafe ASCII.lowercase(text[index]) != ASCII.lowercase(bytes[index]) {
      return false
    }
    return true
  }
}
