// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Conversions between the spans that the network stack lends and those that its users take. Nothing is copied.

extension RawSpan {
  /// Lends the same memory as a span of `UInt8`.
  @inline(__always)
  public func withOctets<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    body(Span<UInt8>(_bytes: self))
  }
}

extension Span where Element == UInt8 {
  /// Lends the same memory as a raw span.
  @inline(__always)
  public func withRawBytes<Result>(_ body: (RawSpan) -> Result) -> Result {
    // Safety: `UInt8` has no padding, and the raw span lives no longer than `self`.
    body(unsafe bytes)
  }
}
