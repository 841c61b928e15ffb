// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

extension KernelABI {
  /// The record that Serval's programs read it from.
  public var record: RecordBytes<RuntimeABI> {
    var record = RecordBytes<RuntimeABI>()
    record[RuntimeABI.size] = UInt32(RuntimeABI.byteCount)
    record[RuntimeABI.irqAckLabel] = irqAckLabel
    record[RuntimeABI.flags] =
      (canPrint ? RuntimeABI.canPrint : 0)
      | (acknowledgesFirst ? RuntimeABI.acknowledgesFirst : 0)
    return record
  }
}
