// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

extension MappedRange {
  /// A mapping as it appears in its domain's record.
  init(_ mapping: SystemBuilder.Mapping) {
    self.init(address: mapping.address.rawValue, size: mapping.region.size.rawValue)
  }

  /// Stands for a region that does not exist.
  static let absent = MappedRange(address: 0, size: 0)
}

extension DeviceMappedRange {
  /// Memory that a device reaches, with the address that the device uses.
  init(_ mapping: SystemBuilder.Mapping) {
    // Without an IOMMU, devices use physical addresses; callers only pass regions that have one.
    self.init(
      region: MappedRange(mapping), ioAddress: mapping.region.physicalAddress?.rawValue ?? 0)
  }
}

extension SystemBuilder {
  /// Adds a finished record for a domain; `fileName` has no extension.
  mutating func addRecord<Layout>(
    _ record: RecordBytes<Layout>, fileName: String, to pd: PD, isSecret: Bool = false
  ) throws(SubsystemError) {
    try addRecord(
      record.bytes, section: "\(Layout.section)", fileName: "\(fileName).data", to: pd,
      isSecret: isSecret)
  }
}

extension RecordBytes {
  /// Sets a text from the user, which must fit and be printable.
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

extension KernelABI {
  /// The record from which Serval's programs read it at start, with what they must know about the board's processors.
  public func record(
    hasCryptographicExtension: Bool
  ) -> RecordBytes<RuntimeABI> {
    var record = RecordBytes<RuntimeABI>()
    record[RuntimeABI.size] = UInt32(RuntimeABI.byteCount)
    record[RuntimeABI.irqAckLabel] = irqAckLabel
    record[RuntimeABI.flags] =
      (canPrint ? RuntimeABI.canPrint : 0)
      | (acknowledgesFirst ? RuntimeABI.acknowledgesFirst : 0)
      | (hasCryptographicExtension ? RuntimeABI.hasCryptographicExtension : 0)
    return record
  }
}
