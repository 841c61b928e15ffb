// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Encodes XDR (RFC 4506).
public struct XDRWriter: Sendable {
  /// What has been written; always a multiple of 4 bytes.
  public private(set) var bytes: [UInt8] = []

  /// An empty message.
  public init() {}

  /// Appends an unsigned integer (4 bytes).
  public mutating func uint32(_ value: UInt32) {
    bytes.append(bigEndian: value)
  }

  /// Appends an unsigned hyper integer (8 bytes).
  public mutating func uint64(_ value: UInt64) {
    uint32(UInt32(truncatingIfNeeded: value >> 32))
    uint32(UInt32(truncatingIfNeeded: value))
  }

  /// Appends a boolean (4 bytes).
  public mutating func bool(_ value: Bool) { uint32(value ? 1 : 0) }

  /// Appends fixed-length opaque data, padded with zeroes.
  public mutating func fixedOpaque(_ data: Span<UInt8>) {
    bytes.append(copying: data)
    for _ in 0..<(4 - data.count % 4) % 4 { bytes.append(0) }
  }

  /// Appends variable-length opaque data or a string.
  public mutating func opaque(_ data: Span<UInt8>) {
    uint32(UInt32(clamping: data.count))
    fixedOpaque(data)
  }

  /// Appends variable-length opaque data or a string.
  public mutating func opaque(_ data: [UInt8]) { opaque(data.span) }

  /// Overwrites the word at byte `offset`, for lengths that are known only at the end.
  public mutating func replace(at offset: Int, _ value: UInt32) {
    guard offset >= 0, bytes.count - offset >= 4 else { return }
    for index in 0..<4 {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index))
    }
  }
}
