// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

extension SystemBuilder {
  /// Adds the memory of a program's heap, and the record that says where it is.
  mutating func addHeap(_ size: ByteCount, to pd: PD) throws(SubsystemError) {
    let region = try addRegion("\(pd.name)_heap", size: size)
    var record = RecordBytes<HeapConfig>()
    record[HeapConfig.size] = UInt32(HeapConfig.byteCount)
    record[HeapConfig.memory] = MappedRange(try map(region, into: pd, .readWrite))
    try addRecord(record, fileName: "heap_\(pd.name)", to: pd)
  }
}

extension SystemLayout {
  /// Size of a domain's heap; nil if it has none.
  public func heapSize(of domain: String) -> ByteCount? {
    records.first { $0.domain == domain && $0.section == "\(HeapConfig.section)" }
      .flatMap { RecordView<HeapConfig, [UInt8]>($0.bytes) }
      .map { ByteCount($0[HeapConfig.memory].size) }
  }
}
