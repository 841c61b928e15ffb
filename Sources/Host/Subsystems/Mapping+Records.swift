// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

extension MappedRange {
  /// A mapping as its domain's record says it.
  init(_ mapping: SystemBuilder.Mapping) {
    self.init(address: mapping.address.rawValue, size: mapping.region.size.rawValue)
  }

  /// Says that there is no such region.
  static let absent = MappedRange(address: 0, size: 0)
}

extension DeviceMappedRange {
  /// Memory that a device reaches, at the address that the device uses.
  init(_ mapping: SystemBuilder.Mapping) {
    // Without an IOMMU, devices use physical addresses; a region without one is never handed out here.
    self.init(
      region: MappedRange(mapping), ioAddress: mapping.region.physicalAddress?.rawValue ?? 0)
  }
}

extension SystemBuilder {
  /// Gives a domain a finished record; `fileName` has no ending.
  mutating func addRecord<Layout>(
    _ record: RecordBytes<Layout>, fileName: String, to pd: PD
  ) throws(SubsystemError) {
    try addRecord(
      record.bytes, section: "\(Layout.section)", fileName: "\(fileName).data", to: pd)
  }
}

extension RecordBytes {
  /// Sets a text from outside, which must fit and be fit to print.
  mutating func set(
    _ text: TextField<Layout>, to value: String, what: String
  ) throws(SubsystemError) {
    if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
      throw .textNotPlain(what: what, text: value)
    }
    guard set(text, to: value) else {
      throw .textTooLong(what: what, text: value, limit: text.capacity - 1)
    }
  }
}
