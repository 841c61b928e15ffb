// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import ELFImage
import HostIO
import SystemModel
import Targets

/// Checks the ELF images of a system's protection domains as the Microkit tool does when it packs
/// them: each must exist and have every symbol to be set, and no mapping may overlap it.
///
/// - Parameters:
///   - file: name of the system file.
///   - target: what the system is for; nil means the most common kind of board.
///   - searchPaths: directories to look for images in.
/// - Returns: errors, by position in the system file.
public func checkImages(
  _ system: SystemDescription, file: String, sdk: SDKVersion, target: Target? = nil,
  searchPaths: [String]
) -> [Finding] {
  var context = CheckContext(sdk: sdk, target: target ?? .mostCommon(sdk))
  let searchPath = SearchPath(searchPaths, sdk: sdk)
  var images: [String: Result<ELFImage, FindingsError>] = [:]
  let regions = Dictionary(
    system.memoryRegions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  for domain in system.allProtectionDomains {
    let name = domain.image.path
    let loaded = images[name] ?? load(name, searchPath)
    let isFirst = images.updateValue(loaded, forKey: name) == nil
    switch loaded {
    case .failure(let error):
      // One finding per image, not per domain that uses it.
      if isFirst { context.add(error.findings.map { at(domain, $0) }) }
    case .success(let image):
      checkSegments(of: image, domain, &context)
      if let symbols = symbolImage(of: domain, image, searchPath, &context) {
        checkSymbols(of: symbols, domain, system.channels, &context)
      }
      checkOverlaps(of: image, domain, regions, &context)
    }
  }
  return inFileOrder(context.findings)
}

/// The image whose symbol table counts: `path_for_symbols`, or else the program.
private func symbolImage(
  of domain: ProtectionDomain, _ image: ELFImage, _ searchPath: SearchPath,
  _ context: inout CheckContext
) -> ELFImage? {
  guard let path = domain.image.symbolsPath else { return image }
  switch load(path, searchPath) {
  case .success(let image): return image
  case .failure(let error):
    context.add(error.findings.map { at(domain, $0) })
    return nil
  }
}

private func load(_ name: String, _ searchPath: SearchPath) -> Result<ELFImage, FindingsError> {
  guard let path = searchPath.find(name) else {
    return .failure(
      FindingsError([
        Finding(
          rule: Rule.image.rawValue,
          "there is no image '\(name)' in \(searchPath.description)",
          fix: "build it, or give its directory with --search-path")
      ]))
  }
  do {
    return .success(try ELFImage(Files.read(path), name: path))
  } catch {
    let findings = (error as? any DiagnosableError)?.findings ?? []
    return .failure(FindingsError(findings))
  }
}

/// A finding about an image, placed at the domain that uses it.
private func at(_ domain: ProtectionDomain, _ finding: Finding) -> Finding {
  var finding = finding
  if let place = finding.place { finding.message = "\(place): \(finding.message)" }
  finding.place = domain.origin.location.map(Place.source) ?? .entity(domain.name)
  return finding
}

private func checkSegments(
  of image: ELFImage, _ domain: ProtectionDomain, _ context: inout CheckContext
) {
  let loaded = image.segments.filter(\.isLoaded)
  let page: UInt64 = 0x1000
  if context.sdk < .v2_1_0, loaded.contains(where: { $0.memorySize == 0 }) {
    context.report(
      .image, at: domain.origin.location,
      "\(image.name) has an empty segment, on which Microkit \(context.sdk) panics",
      fix: "put at least one byte of data into each segment")
  }
  let pages = loaded.filter { $0.memorySize > 0 }.map {
    ($0.virtualAddress / page)...(($0.virtualAddress &+ $0.memorySize &- 1) / page)
  }.sorted { $0.lowerBound < $1.lowerBound }
  for (one, next) in zip(pages, pages.dropFirst()) where next.lowerBound <= one.upperBound {
    context.report(
      .image, at: domain.origin.location,
      "two segments of \(image.name) share the page at \(hexadecimal(next.lowerBound * page))",
      fix: "align segments to 4 KiB in the linker script")
  }
}

private func checkSymbols(
  of image: ELFImage, _ domain: ProtectionDomain, _ channels: [Channel],
  _ context: inout CheckContext
) {
  for (name, size) in microkitSymbols(context.sdk) {
    checkSymbol(name, atLeast: size, exactly: nil, in: image, domain.origin, &context)
  }
  let exact: UInt64? = context.sdk < .v2_1_0 ? nil : 8
  var wanted: [(String?, Origin)] = domain.maps.flatMap { map in
    [map.addressSymbol, map.sizeSymbol, map.prefillSizeSymbol].map { ($0, map.origin) }
  }
  wanted += domain.physicalAddressSymbols.map { ($0.symbol, $0.origin) }
  wanted += domain.interrupts.map { ($0.idSymbol, $0.origin) }
  wanted += domain.children.map { ($0.childIDSymbol, $0.origin) }
  wanted += domain.ioPorts.flatMap { port in
    [port.idSymbol, port.addressSymbol].map { ($0, port.origin) }
  }
  wanted += channels.flatMap(\.ends).filter { $0.domain == domain.name }.map {
    ($0.idSymbol, $0.origin)
  }
  for case (let name?, let origin) in wanted {
    checkSymbol(name, atLeast: 8, exactly: exact, in: image, origin, &context)
  }
}

/// The symbols that the Microkit tool sets or reads in every image, with the bytes that it needs
/// (main.rs and symbols.rs of each version).
private func microkitSymbols(_ sdk: SDKVersion) -> [(String, UInt64)] {
  var symbols: [(String, UInt64)] = [("microkit_name", 1), ("microkit_passive", 1)]
  if sdk < .v2_3_0 { symbols.append(("__sel4_ipc_buffer_obj", 0)) }
  if sdk >= .v2_0_1 {
    symbols += ["microkit_irqs", "microkit_notifications", "microkit_pps"].map { ($0, 8) }
  }
  if sdk >= .v2_1_0 { symbols.append(("microkit_ioports", 8)) }
  return symbols
}

private func checkSymbol(
  _ name: String, atLeast room: UInt64, exactly: UInt64?, in image: ELFImage, _ origin: Origin,
  _ context: inout CheckContext
) {
  let found = image.symbols.filter { $0.name == name }
  guard let symbol = found.first, found.count == 1 else {
    context.report(
      .image, at: origin.location,
      found.isEmpty
        ? "\(image.name) has no symbol '\(name)'"
        : "\(image.name) has \(found.count) symbols '\(name)'",
      fix: found.isEmpty
        ? "define it, and do not strip the image" : "rename all but one, static ones too")
    return
  }
  if symbol.size < room || exactly.map({ $0 != symbol.size }) ?? false {
    context.report(
      .image, at: origin.location,
      "symbol '\(name)' of \(image.name) has \(symbol.size) bytes, but the Microkit tool needs \(exactly ?? room)",
      fix: "define it as a variable of that size")
  }
}

private func checkOverlaps(
  of image: ELFImage, _ domain: ProtectionDomain, _ regions: [String: MemoryRegion],
  _ context: inout CheckContext
) {
  guard context.sdk >= .v2_0_1 else { return }
  let page: UInt64 = 0x1000
  for map in domain.maps {
    guard let size = regions[map.region]?.size?.rawValue else { continue }
    let (end, overflow) = map.address.rawValue.addingReportingOverflow(size)
    if overflow { continue }
    // For 2.1.0, adjacent ranges overlap.
    let slack: UInt64 = context.sdk == .v2_1_0 ? 1 : 0
    for segment in image.segments where segment.isLoaded && segment.memorySize > 0 {
      let start = segment.virtualAddress / page * page
      let (last, overflow) = segment.virtualAddress.addingReportingOverflow(segment.memorySize)
      guard !overflow, last <= context.target.addressSpaceEnd else { continue }
      let segmentEnd = (last + page - 1) / page * page
      guard end &+ slack > start, map.address.rawValue < segmentEnd + slack else { continue }
      context.report(
        .overlappingMaps, at: map.origin.location,
        "'\(map.region)' at \(map.address) overlaps a segment of \(image.name) at \(hexadecimal(start))",
        fix: "map it elsewhere")
    }
  }
}
