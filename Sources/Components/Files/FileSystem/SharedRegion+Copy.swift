// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Rings

extension SharedRegion {
  /// A snapshot of bytes in the region: what the other side writes afterwards does not change it.
  /// Nil where they are not inside.
  public func copy(offset: UInt64, count: UInt64) -> [UInt8]? {
    withBytes(offset: offset, count: count) { [UInt8](copying: $0) }
  }
}
