// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Bytes as the network lends them, and as everything above it takes them: the same memory, another type.

extension RawSpan {
  /// Lends the bytes as numbers.
  @inline(__always)
  public func withOctets<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    body(Span<UInt8>(_bytes: self))
  }
}

extension Span where Element == UInt8 {
  /// Lends the bytes as such.
  @inline(__always)
  public func withRawBytes<Result>(_ body: (RawSpan) -> Result) -> Result {
    // Safety: a UInt8 has no padding, and the span is the one that we were lent.
    body(unsafe bytes)
  }
}
