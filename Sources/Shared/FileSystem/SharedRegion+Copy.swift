// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

extension SharedRegion {
  /// A snapshot of bytes in the region: what the other side writes afterwards does not change it.
  /// Nil where they are not inside.
  public func copy(offset: UInt64, count: UInt64) -> [UInt8]? {
    withBytes(offset: offset, count: count) { source in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(source.count)
      for index in source.indices { bytes.append(source[index]) }
      return bytes
    }
  }
}
