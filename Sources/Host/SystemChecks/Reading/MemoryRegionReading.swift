// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import SystemXML

extension SystemReader {
  mutating func memoryRegion(_ element: XMLElement) -> MemoryRegion? {
    let reader = ElementReader(element, .memoryRegion, &context)
    warnOfContent(element)
    let pageSize = pageSize(reader)
    let alignment = (pageSize ?? .small).rawValue
    let size = reader.number("size", &context)
    let address = reader.number("phys_addr", &context)
    checkSize(size, alignment, reader)
    if let address, address % alignment != 0 {
      context.report(
        .unaligned, at: reader.location(of: "phys_addr"),
        "phys_addr \(hexadecimal(address)) is not a multiple of the page size \(hexadecimal(alignment))",
        fix: "use \(hexadecimal(address / alignment * alignment))")
    }
    if let text = reader.text("prefill_bootinfo"), context.sdk >= .v2_3_0 {
      checkBootInfo(text, reader)
    }
    guard let name = reader.text("name") else { return nil }
    return MemoryRegion(
      name, size: size.map { ByteCount($0) },
      pageSize: reader.text("page_size") == nil ? nil : pageSize,
      physicalAddress: address.map { PhysicalAddress($0) },
      prefillPath: reader.text("prefill_path"), prefillBootInfo: reader.text("prefill_bootinfo"),
      origin: reader.origin)
  }

  private mutating func pageSize(_ reader: ElementReader) -> MemoryRegion.PageSize? {
    guard let value = reader.number("page_size", &context) else { return nil }
    if let size = MemoryRegion.PageSize(rawValue: value) { return size }
    context.report(
      .badValue, at: reader.location(of: "page_size"),
      "page_size \(hexadecimal(value)) does not exist", fix: "use 0x1000 or 0x200000")
    return nil
  }

  private mutating func checkSize(
    _ size: UInt64?, _ alignment: UInt64, _ reader: ElementReader
  ) {
    guard let size else {
      let isPrefilled =
        reader.text("prefill_path") != nil && context.sdk >= .v2_2_0
        || reader.text("prefill_bootinfo") != nil && context.sdk >= .v2_3_0
      if reader.text("size") == nil, !isPrefilled {
        context.report(
          .missingAttribute, at: reader.element.location, "<memory_region> has no attribute 'size'",
          fix: "add size=\"...\", a multiple of \(hexadecimal(alignment))")
      }
      return
    }
    let place = reader.location(of: "size")
    if size % alignment != 0 {
      let (up, overflow) = (size / alignment).addingReportingOverflow(1)
      let rounded = up.multipliedReportingOverflow(by: alignment)
      context.report(
        .unaligned, at: place,
        "size \(hexadecimal(size)) is not a multiple of the page size \(hexadecimal(alignment))",
        fix: overflow || rounded.overflow ? nil : "use \(hexadecimal(rounded.partialValue))")
    }
  }

  private mutating func checkBootInfo(_ text: String, _ reader: ElementReader) {
    let known = [
      "x86_vbe", "x86_mbmmap", "x86_acpi_rsdp", "x86_framebuffer", "x86_tsc_freq", "fdt",
    ]
    if !known.contains(text) {
      context.report(
        .badValue, at: reader.location(of: "prefill_bootinfo"),
        "prefill_bootinfo \"\(text)\" does not exist", fix: "use \(known.joined(separator: ", "))")
    }
    if reader.text("prefill_path") != nil {
      context.report(
        .prefill, at: reader.location(of: "prefill_bootinfo"),
        "a region cannot be prefilled from a file and from boot information",
        fix: "remove prefill_path or prefill_bootinfo")
    }
  }
}
