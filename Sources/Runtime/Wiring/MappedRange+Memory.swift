// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Records
import Rings

extension MappedRange {
  /// The memory, shared with a peer; nil if the record has none.
  public var shared: SharedRegion? {
    // Safety: the host tool maps each range of a record with the size in the record, and nothing is ever unmapped.
    unsafe SharedRegion(address: address, byteCount: size)
  }

  /// The memory as buffers, which a device or a peer accesses; nil if the record has none.
  public var memory: MappedMemory? {
    // Safety: the host tool maps each range of a record with the size in the record, and nothing is ever unmapped.
    // Users store only to memory that is mapped writable.
    unsafe MappedMemory(address: address, byteCount: size)
  }
}
