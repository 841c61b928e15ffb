// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import HostIO
import SystemModel

/// Gives regions without a size the one that the Microkit tool derives: that of their file, rounded
/// up to whole pages, or one page for boot information (sdf.rs, `determine_size`). Later rules see
/// that size.
///
/// - Parameter path: where files are; nil leaves them alone.
func resolvePrefills(
  _ system: inout SystemDescription, path: SearchPath?, _ context: inout CheckContext
) {
  for index in system.memoryRegions.indices {
    let region = system.memoryRegions[index]
    let page = (region.pageSize ?? .small).byteCount
    if context.sdk >= .v2_3_0, region.prefillBootInfo != nil, region.size == nil {
      system.memoryRegions[index].size = page
    }
    guard let path, context.sdk >= .v2_2_0, let name = region.prefillPath,
      let length = prefillLength(name, of: region, path, &context)
    else { continue }
    if let size = region.size {
      checkLength(length, of: region, size, name, system, &context)
    } else {
      system.memoryRegions[index].size = length.roundedUp(to: page)
    }
  }
}

/// The file's length; reports files that are missing, unreadable or empty.
private func prefillLength(
  _ name: String, of region: MemoryRegion, _ path: SearchPath, _ context: inout CheckContext
) -> ByteCount? {
  guard let file = path.find(name) else {
    context.report(
      .prefill, at: region.origin.location,
      "there is no file '\(name)' to prefill '\(region.name)' in \(path.description)",
      fix: "create it, or give its directory with --search-path")
    return nil
  }
  do throws(FileError) {
    let length = try Files.length(file)
    if length > 0 { return ByteCount(length) }
    context.report(
      .prefill, at: region.origin.location,
      "the file '\(name)' that prefills '\(region.name)' is empty",
      fix: "give it contents, or remove prefill_path and write a size")
  } catch {
    let text = error.findings.first?.message ?? "cannot be read"
    context.report(
      .prefill, at: region.origin.location,
      "the file '\(name)' that prefills '\(region.name)' \(text)", fix: "name a readable file")
  }
  return nil
}

/// The tool wants something in each page: it panics if the file ends before the last page begins
/// (builder.rs).
private func checkLength(
  _ length: ByteCount, of region: MemoryRegion, _ size: ByteCount, _ name: String,
  _ system: SystemDescription, _ context: inout CheckContext
) {
  let pageSize = chosenPageSize(of: region, size, in: system).rawValue
  if length > size {
    context.report(
      .prefill, at: region.origin.location,
      "the file '\(name)' has \(hexadecimal(length.rawValue)) bytes, more than the \(size) of '\(region.name)'",
      fix: length.roundedUp(to: (region.pageSize ?? .small).byteCount).map {
        "write size=\"\($0)\", or leave it out"
      })
  } else if size.rawValue > 0, (size.rawValue - 1) / pageSize * pageSize > length.rawValue {
    context.report(
      .prefill, at: region.origin.location,
      "the file '\(name)' ends before the last page of '\(region.name)', on which Microkit \(context.sdk) panics",
      fix: "leave out the size, or pad the file")
  }
}

/// The page size that the Microkit tool chooses: large pages wherever size and addresses allow
/// them, unless the file says otherwise.
private func chosenPageSize(
  of region: MemoryRegion, _ size: ByteCount, in system: SystemDescription
) -> ByteCount {
  let large = MemoryRegion.PageSize.large.byteCount.rawValue
  if let pageSize = region.pageSize { return pageSize.byteCount }
  let maps = system.allProtectionDomains.flatMap { $0.maps + ($0.virtualMachine?.maps ?? []) }
  let addresses =
    maps.filter { $0.region == region.name }.map(\.address.rawValue)
    + [region.physicalAddress?.rawValue ?? 0]
  let isBehindIOMMU = system.ioAddressSpaces.flatMap(\.maps).contains {
    $0.attributes["mr"] == region.name
  }
  let isLarge =
    !isBehindIOMMU && size.rawValue % large == 0 && addresses.allSatisfy { $0 % large == 0 }
  return isLarge ? ByteCount(large) : MemoryRegion.PageSize.small.byteCount
}
