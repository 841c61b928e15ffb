// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Writes bytes one piece behind the other, into memory whose size was settled before. An array checks its size and
/// whether it is shared for each piece, which for short pieces costs several times what the bytes do.
@safe public struct ByteWriter: ~Copyable {
  private let start: UnsafeMutableRawPointer
  private let capacity: Int
  /// Bytes that were written.
  public private(set) var count = 0

  /// - Parameter start: memory of `capacity` bytes, which nothing else uses while the writer does.
  @unsafe fileprivate init(_ start: UnsafeMutableRawPointer, capacity: Int) {
    unsafe self.start = unsafe start
    self.capacity = capacity
  }

  /// Bytes for which there is room.
  public var room: Int { capacity &- count }

  /// Writes a byte. Leaves it out if there is no room.
  @inline(__always)
  public mutating func write(_ byte: UInt8) {
    guard count < capacity else { return }
    // Safety: `count` is below `capacity`.
    unsafe start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  /// Writes bytes, as many as there is room for.
  public mutating func write(_ bytes: Span<UInt8>) {
    // Safety: the pointer does not leave the closure, and its count bounds the access.
    unsafe bytes.withUnsafeBytes { unsafe write(raw: $0) }
  }

  /// Writes the UTF-8 of a text, as much as there is room for.
  public mutating func write(_ text: StaticString) {
    guard text.hasPointerRepresentation else { return }
    // Safety: a static string's pointer is valid for its count for the life of the program.
    unsafe write(raw: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Writes `number` in decimal.
  public mutating func write(decimal number: UInt64) {
    // Digits from the last to the first: the last one is in the lowest byte of the last word.
    var (rest, digits, first) = (number, 1, number)
    while first >= 10 {
      first /= 10
      digits &+= 1
    }
    guard digits <= room else { return }
    var index = count &+ digits
    repeat {
      index &-= 1
      let quotient = rest / 10
      // Safety: `index` is at least `count`, and below it plus `digits`.
      unsafe start.storeBytes(
        of: 0x30 &+ UInt8(truncatingIfNeeded: rest &- quotient &* 10), toByteOffset: index,
        as: UInt8.self)
      rest = quotient
    } while rest > 0
    count &+= digits
  }

  private mutating func write(raw bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    let length = min(bytes.count, room)
    // Safety: both sides have `length` bytes, and nothing else uses this memory.
    unsafe (start + count).copyMemory(from: source, byteCount: length)
    count &+= length
  }
}

extension Array where Element == UInt8 {
  /// Appends what `body` writes, up to `limit` bytes.
  @inline(__always)
  public mutating func append(upTo limit: Int, _ body: (inout ByteWriter) -> Void) {
    append(addingCapacity: limit) { output in
      unsafe output.withUnsafeMutableBufferPointer { target, written in
        guard let start = UnsafeMutableRawPointer(target.baseAddress) else { return }
        // Safety: the output has room for `limit` bytes, and belongs to the writer meanwhile.
        var writer = unsafe ByteWriter(start, capacity: limit)
        body(&writer)
        written = writer.count
      }
    }
  }
}
