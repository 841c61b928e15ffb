// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// This protection domain's name in the system file, in UTF-8: its first 16 bytes with SDK 1.4.1, 64 with
/// later ones.
public enum ProgramName {
  /// Number of bytes, at most 64.
  public static var count: Int {
    var count = 0
    while byte(count) != 0 { count &+= 1 }
    return count
  }

  /// One byte; 0 from the end on.
  public static func byte(_ index: Int) -> UInt8 {
    index >= 0 && index < 64 ? cmicrokit_name_byte(UInt64(truncatingIfNeeded: index)) : 0
  }
}
