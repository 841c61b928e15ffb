// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Records
import Rings

extension RegionResource {
  /// The region, where the record names one.
  public var shared: SharedRegion? {
    // Safety: the host tool maps every region that it writes into a record, as long as the record says,
    // and nothing is ever unmapped.
    unsafe SharedRegion(address: address, byteCount: size)
  }

  /// The region as memory of buffers, where the record names one.
  public var memory: MappedMemory? {
    // Safety: the host tool maps every region that it writes into a record, as long as the record says, and
    // nothing is ever unmapped. Only the users of those that are mapped writable store there.
    unsafe MappedMemory(address: address, byteCount: size)
  }
}
