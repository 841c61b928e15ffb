// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Rings

extension SharedRegion {
  /// Copies bytes out of the region, so that later writes by the other side do not matter. Nil unless
  /// all of them are inside.
  public func copy(offset: UInt64, count: UInt64) -> [UInt8]? {
    withBytes(offset: offset, count: count) { [UInt8](copying: $0) }
  }
}
