// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Searches in large files.
public enum Bytes {
  /// Whether `part`, which is not empty, occurs anywhere in `bytes`.
  public static func contain(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    guard let first = part.first, part.count <= bytes.count else { return part.isEmpty }
    return bytes.withUnsafeBytes { all in
      part.withUnsafeBytes { wanted in
        guard var next = all.baseAddress, let start = wanted.baseAddress else { return false }
        let end = next + (all.count - wanted.count + 1)
        while next < end, let found = memchr(next, Int32(first), end - next) {
          if memcmp(found, start, wanted.count) == 0 { return true }
          next = UnsafeRawPointer(found) + 1
        }
        return false
      }
    }
  }
}
