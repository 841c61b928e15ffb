// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Reads external data representation (RFC 4506): big-endian, in units of four bytes.
struct XDRReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The message ends too early, or says lengths that it has no bytes for.
  struct Malformed: Error {}

  mutating func uint32() throws(Malformed) -> UInt32 {
    guard bytes.endIndex - position >= 4 else { throw Malformed() }
    defer { position += 4 }
    return (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[position + $1]) }
  }

  mutating func uint64() throws(Malformed) -> UInt64 {
    let high = try uint32()
    return UInt64(high) << 32 | UInt64(try uint32())
  }

  /// Opaque data of a fixed length, and the padding behind it.
  mutating func fixed(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
    let padded = (count + 3) / 4 * 4
    guard bytes.endIndex - position >= padded else { throw Malformed() }
    defer { position += padded }
    return bytes[position..<position + count]
  }

  /// Opaque data or a string that says its length, at most `limit` bytes.
  mutating func opaque(limit: Int) throws(Malformed) -> ArraySlice<UInt8> {
    let count = try uint32()
    guard count <= UInt32(limit) else { throw Malformed() }
    return try fixed(Int(count))
  }
}

/// Writes external data representation.
struct XDRWriter {
  private(set) var bytes: [UInt8] = []

  mutating func uint32(_ value: UInt32) {
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
  }

  mutating func uint64(_ value: UInt64) {
    uint32(UInt32(truncatingIfNeeded: value >> 32))
    uint32(UInt32(truncatingIfNeeded: value))
  }

  mutating func bool(_ value: Bool) { uint32(value ? 1 : 0) }

  mutating func fixed(_ data: some Collection<UInt8>) {
    bytes += data
    for _ in 0..<(4 - data.count % 4) % 4 { bytes.append(0) }
  }

  mutating func opaque(_ data: some Collection<UInt8>) {
    uint32(UInt32(truncatingIfNeeded: data.count))
    fixed(data)
  }
}
