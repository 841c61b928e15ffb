// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Copies runs of bytes with memcpy. Optimised for size, Embedded Swift copies through typed pointers, and appends
// sequences, with one call per byte; hence raw memory throughout this file.

extension Array where Element == UInt8 {
  /// Appends a copy of `bytes`.
  public mutating func append(copying bytes: Span<UInt8>) {
    // Safety: the pointer does not leave the closure, and its count bounds the access.
    unsafe bytes.withUnsafeBytes { unsafe append(raw: $0) }
  }

  /// Appends `count` zeroes.
  public mutating func append(zeroes count: Int) {
    guard count > 0 else { return }
    append(addingCapacity: count) { output in
      unsafe output.withUnsafeMutableBufferPointer { target, written in
        guard let start = UnsafeMutableRawPointer(target.baseAddress) else { return }
        // Safety: the output has room for `count` bytes.
        unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        written = count
      }
    }
  }

  private mutating func append(raw bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    append(addingCapacity: bytes.count) { output in
      unsafe output.withUnsafeMutableBufferPointer { target, count in
        guard let start = UnsafeMutableRawPointer(target.baseAddress) else { return }
        // Safety: the output has room for `bytes.count` bytes, and new memory overlaps nothing.
        unsafe start.copyMemory(from: source, byteCount: bytes.count)
        count = bytes.count
      }
    }
  }

  /// Appends a number's 4 bytes, most significant first.
  public mutating func append(bigEndian number: UInt32) {
    // Safety: the pointer covers a number on the stack and does not leave the closure.
    unsafe Swift.withUnsafeBytes(of: number.bigEndian) { unsafe append(raw: $0) }
  }

  /// Appends a number's 8 bytes, least significant first.
  public mutating func append(littleEndian number: UInt64) {
    // Safety: as above.
    unsafe Swift.withUnsafeBytes(of: number.littleEndian) { unsafe append(raw: $0) }
  }

  /// A copy of `bytes`.
  public init(copying bytes: Span<UInt8>) {
    self = []
    append(copying: bytes)
  }

  /// The UTF-8 of `text`, without creating a string.
  public init(_ text: StaticString) {
    self = []
    append(text)
  }

  /// Appends the UTF-8 of `text`.
  public mutating func append(_ text: StaticString) {
    guard text.hasPointerRepresentation else { return }
    // Safety: a static string's pointer is valid for its count for the life of the program.
    unsafe append(raw: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends bytes `range` of the UTF-8 of `text`, or nothing if `range` exceeds it.
  public mutating func append(_ text: StaticString, _ range: Range<Int>) {
    guard text.hasPointerRepresentation, range.lowerBound >= 0,
      range.upperBound <= text.utf8CodeUnitCount
    else { return }
    // Safety: as above.
    unsafe append(
      raw: UnsafeRawBufferPointer(start: text.utf8Start + range.lowerBound, count: range.count))
  }

  /// Removes the first `count` bytes, or all if there are fewer, and moves the rest to the front.
  public mutating func removeFirst(bytes count: Int) {
    let count = Swift.min(Swift.max(count, 0), self.count)
    guard count > 0 else { return }
    let rest = self.count - count
    // Safety: `count + rest` is the size of the array.
    unsafe withUnsafeMutableBytes { all in
      guard rest > 0, let start = all.baseAddress else { return }
      unsafe start.copyMemory(from: start + count, byteCount: rest)
    }
    removeLast(count)
  }
}

extension Span where Element == UInt8 {
  /// Whether both hold the same bytes.
  public func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    // Safety: each load ends at or before both counts.
    return unsafe withUnsafeBytes { left in
      unsafe other.withUnsafeBytes { right in
        guard let own = left.baseAddress, let others = right.baseAddress else { return true }
        var index = 0
        while count &- index >= 8 {
          let (one, two) = unsafe (
            (own + index).loadUnaligned(as: UInt64.self),
            (others + index).loadUnaligned(as: UInt64.self)
          )
          guard one == two else { return false }
          index &+= 8
        }
        while index < count {
          guard
            unsafe (own + index).load(as: UInt8.self) == (others + index).load(as: UInt8.self)
          else { return false }
          index &+= 1
        }
        return true
      }
    }
  }
}

extension Span where Element == UInt8 {
  /// Whether these bytes come before `other` in the order of bytes.
  public func precedes(_ other: Span<UInt8>) -> Bool {
    for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
      return self[index] < other[index]
    }
    return count < other.count
  }
}

extension MutableSpan where Element == UInt8 {
  /// Copies as much of `bytes` as fits at `offset`.
  ///
  /// - Returns: the number of bytes copied.
  public mutating func copy(_ bytes: Span<UInt8>, at offset: Int = 0) -> Int {
    guard offset >= 0, offset <= count else { return 0 }
    let length = Swift.min(bytes.count, count - offset)
    // Safety: both sides have `length` bytes, and a mutable span overlaps no other span.
    unsafe withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { source in
        guard let start = target.baseAddress, let from = source.baseAddress else { return }
        unsafe (start + offset).copyMemory(from: from, byteCount: length)
      }
    }
    return length
  }
}

extension StaticString {
  /// Lends the text's UTF-8.
  public func lend<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    // Safety: the buffer is valid for the duration of the call.
    withUTF8Buffer { body(unsafe Span(_unsafeElements: $0)) }
  }

  /// Whether the text's UTF-8 is `bytes`.
  public func equals(_ bytes: Span<UInt8>) -> Bool {
    guard hasPointerRepresentation, bytes.count == utf8CodeUnitCount else { return false }
    // Safety: as in `append`; each index is below both counts.
    let text = unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    for index in bytes.indices where unsafe text[index] != bytes[index] { return false }
    return true
  }

  /// Whether both have the same UTF-8.
  public func equals(_ other: StaticString) -> Bool {
    guard other.hasPointerRepresentation else { return false }
    // Safety: as in `append`.
    let bytes = unsafe UnsafeBufferPointer(
      start: other.utf8Start, count: other.utf8CodeUnitCount)
    return unsafe equals(Span(_unsafeElements: bytes))
  }

  /// Whether the text's UTF-8 is `bytes`, ignoring the case of ASCII letters.
  public func equalsIgnoringCase(_ bytes: Span<UInt8>) -> Bool {
    guard hasPointerRepresentation, bytes.count == utf8CodeUnitCount else { return false }
    // Safety: as above.
    let text = unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    for index in bytes.indices {
      let (one, two) = unsafe (text[index], bytes[index])
      // Letters of different case differ in one bit.
      guard one == two || one ^ two == 0x20 && ASCII.isLetter(one) else { return false }
    }
    return true
  }
}
