// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Writes XDR (RFC 4506).
public struct XDRWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func uint32(_ value: UInt32) {
    bytes.append(bigEndian: value)
  }

  public mutating func uint64(_ value: UInt64) {
    uint32(UInt32(truncatingIfNeeded: value >> 32))
    uint32(UInt32(truncatingIfNeeded: value))
  }

  public mutating func bool(_ value: Bool) { uint32(value ? 1 : 0) }

  /// Fixed-length opaque data, padded with zeroes.
  public mutating func fixedOpaque(_ data: Span<UInt8>) {
    bytes.append(copying: data)
    for _ in 0..<(4 - data.count % 4) % 4 { bytes.append(0) }
  }

  /// Variable-length opaque data or a string.
  public mutating func opaque(_ data: Span<UInt8>) {
    uint32(UInt32(clamping: data.count))
    fixedOpaque(data)
  }

  public mutating func opaque(_ data: [UInt8]) { opaque(data.span) }

  /// Overwrites the word at `offset`, for what is known at the end only.
  public mutating func replace(at offset: Int, _ value: UInt32) {
    guard offset >= 0, bytes.count - offset >= 4 else { return }
    for index in 0..<4 {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index))
    }
  }
}
