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

  /// The depth for reading a type instead of a `JSONValue`, by default 16. A type that contains itself is read by recursion,
  /// which takes about 1 KB of stack for each level, and a program's stack is 64 KiB.
  public static var decodingDepth: Int { 16 }

  /// By default 1 MiB of text, 128 levels, and 65,536 values, which take another MiB.
  public init(byteCount: Int = 1 << 20, depth: Int = 128, valueCount: Int = 1 << 16) {
    self.byteCount = min(max(byteCount, 0), Int(Int32.max))
    self.depth = depth
    self.valueCount = valueCount
  }
}
