// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// This protection domain's name in the system file, in UTF-8. SDK 1.4.1 keeps its first 16 bytes, later ones 64.
public enum ProgramName {
  /// Length in bytes, at most 64.
  public static var count: Int {
    var count = 0
    while byte(count) != 0 { count &+= 1 }
    return count
  }

  /// The byte at `index`; 0 beyond the end.
  public static func byte(_ index: Int) -> UInt8 {
    index >= 0 && index < 64 ? cmicrokit_name_byte(UInt64(truncatingIfNeeded: index)) : 0
  }
}

extension StaticString {
  /// The byte at `index` of the text in UTF-8; 0 beyond the end.
  public func byte(_ index: Int) -> UInt8 {
    guard hasPointerRepresentation, index >= 0, index < utf8CodeUnitCount else { return 0 }
    // Safety: the guard keeps the index inside the text, which is constant memory.
    return unsafe utf8Start[index]
  }
}
