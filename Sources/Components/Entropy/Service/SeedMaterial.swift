// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Tested bytes of a generator on their way into the DRBG.
struct SeedMaterial: Sendable {
  /// Room for 384 bits of entropy at one bit in each byte.
  static var capacity: Int { 384 }

  private var bytes = InlineArray<384, UInt8>(repeating: 0)
  private(set) var count = 0

  /// Appends a block; what does not fit is left out.
  mutating func append(_ block: EntropyBlock) {
    for index in 0..<block.count where count < Self.capacity {
      bytes[count] = block[index]
      count &+= 1
    }
  }

  /// Lends the bytes, and overwrites them afterwards.
  mutating func consume(_ body: (Span<UInt8>) -> Void) {
    body(bytes.span.extracting(first: count))
    clear()
  }

  mutating func clear() {
    bytes = InlineArray(repeating: 0)
    count = 0
  }
}
