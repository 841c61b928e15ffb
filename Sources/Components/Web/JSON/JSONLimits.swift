// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a JSON text may need at most. Beyond a limit, it is refused.
public struct JSONLimits: Equatable, Sendable {
  /// Bytes of the text; at most 2^31 - 1, whatever is set.
  public var byteCount: Int
  /// Arrays and objects within each other.
  public var depth: Int
  /// Values, and names of members: each takes 16 bytes of memory besides the text.
  public var valueCount: Int

  /// By default 1 MiB of text, 128 levels, and 65,536 values, which take another MiB.
  public init(byteCount: Int = 1 << 20, depth: Int = 128, valueCount: Int = 1 << 16) {
    self.byteCount = min(max(byteCount, 0), Int(Int32.max))
    self.depth = depth
    self.valueCount = valueCount
  }
}
