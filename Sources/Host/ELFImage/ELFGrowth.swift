// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension ELFImage {
  /// Replaces a section's contents by `newBytes`, however many: appends them to the file and updates the headers of
  /// the section and its segment. Addresses do not change.
  ///
  /// - Throws: `ELFError`, without changing anything, unless there is exactly one such section, it has a loaded
  ///   segment to itself, and no other segment is in the way in memory.
  public mutating func grow(section name: String, with newBytes: [UInt8]) throws(ELFError) {
    let section = try section(named: name)
    let sectionIndex = sections.firstIndex { $0.name == name } ?? 0
    let (end, overflow) = section.address.addingReportingOverflow(UInt64(newBytes.count))
    guard section.type == ELFSection.progbits, !newBytes.isEmpty, !overflow,
      let segmentIndex = segments.firstIndex(where: {
        $0.isLoaded && $0.virtualAddress == section.address && $0.fileSize == section.size
          && $0.memorySize == section.size
      }),
      !segments.enumerated().contains(where: { index, other in
        index != segmentIndex && other.isLoaded && other.virtualAddress < end
          && other.virtualAddress >= section.address
      })
    else { throw error(.sectionCannotGrow(name)) }

    var grown = bytes
    // The gABI requires a loaded segment's offset and address to be congruent modulo the page size.
    let page = 0x1000
    let lead = Int(section.address % UInt64(page))
    while grown.count % page != lead { grown.append(0) }
    let (offset, size) = (UInt64(grown.count), UInt64(newBytes.count))
    grown += newBytes
    let segment = headerOffset(at: 32) + 56 * segmentIndex
    let header = headerOffset(at: 40) + 64 * sectionIndex
    for (place, value) in [
      (segment + 8, offset), (segment + 32, size), (segment + 40, size), (header + 24, offset),
      (header + 32, size),
    ] {
      for byte in 0..<8 { grown[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
    self = try ELFImage(grown, name: self.name)
  }

  /// The offset of a header table, read from the file header, where the parser has checked it.
  private func headerOffset(at place: Int) -> Int {
    (0..<8).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }
}
