// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension SDKFolder {
  /// Physical addresses of the kernel's loaded segments, from `elf/sel4.elf`. The tool takes the same
  /// range from the symbol `ki_end`, up to which the last segment reaches.
  func kernelImage() throws(TargetError) -> Range<UInt64> {
    let (path, bytes) = try read(["elf/sel4.elf"])
    guard let range = loadedAddresses(of: bytes) else { throw .badImage(path: path) }
    return range
  }
}

/// From the lowest to the highest physical address of the PT_LOAD segments of an ELF64 file (System V
/// gABI, chapters 4 and 5); nil if it is damaged or has none.
private func loadedAddresses(of file: [UInt8]) -> Range<UInt64>? {
  func number(_ offset: UInt64, _ count: UInt64) -> UInt64? {
    guard offset <= UInt64(file.count), count <= UInt64(file.count) - offset else { return nil }
    return file[Int(offset)..<Int(offset + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
  // The magic number, 64 bits, little-endian.
  guard file.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), let table = number(32, 8),
    let size = number(54, 2), let count = number(56, 2), size >= 56
  else { return nil }
  var result: Range<UInt64>?
  for index in 0..<count {
    let (start, overflow) = table.addingReportingOverflow(index * size)
    guard !overflow, start < UInt64.max - 56, let type = number(start, 4),
      let address = number(start + 24, 8), let length = number(start + 40, 8)
    else { return nil }
    if type != 1 || length == 0 { continue }
    let (end, isTooLarge) = address.addingReportingOverflow(length)
    guard !isTooLarge else { return nil }
    result = min(result?.lowerBound ?? address, address)..<max(result?.upperBound ?? end, end)
  }
  return result
}
