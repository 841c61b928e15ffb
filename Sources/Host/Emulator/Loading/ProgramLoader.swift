// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage
import HostIO
import SystemModel

/// Loads programs as the SDK's Microkit tool does: segments, symbol values, stack, IPC buffer and the maps
/// of the system file.
struct ProgramLoader {
  let system: SystemDescription
  let sdk: SDKVersion
  let searchPaths: [String]
  let memory: SystemMemory

  /// Finds a file as the Microkit tool does: under its name as given, then in each directory.
  static func findFile(_ name: String, in searchPaths: [String]) -> String? {
    let candidates = name.hasPrefix("/") ? [name] : [name] + searchPaths.map { "\($0)/\(name)" }
    return candidates.first { Files.exists($0) && !Files.isDirectory($0) }
  }

  func load(_ domain: ProtectionDomain) throws(EmulatorError) -> LoadedProgram {
    let image = try read(domain.image.path, for: domain)
    var symbols = image
    if let path = domain.image.symbolsPath { symbols = try read(path, for: domain) }
    if domain.virtualMachine != nil { throw .unsupported("a virtual machine", domain: domain.name) }
    var space = AddressSpace()
    for (index, segment) in image.segments.enumerated()
    where segment.isLoaded && segment.memorySize > 0 {
      try add(try mapping(of: segment, index, image, domain), to: &space, domain)
    }
    for (symbol, bytes) in symbolValues(of: domain) {
      try write(bytes, to: symbol, symbols, space, domain)
    }

    let layout = AddressLayout(sdk: sdk)
    let stackSize = domain.effectiveStackSize(sdk: sdk).rawValue
    let stackBottom = layout.stackTop &- stackSize
    try add(
      "stack", at: stackBottom, size: stackSize, to: &space, domain)
    let symbol = AddressLayout.ipcBufferSymbol
    var buffer = layout.ipcBuffer ?? 0
    if layout.ipcBuffer == nil { buffer = try address(of: symbol, image, domain) }
    if sdk < .v2_1_0, buffer % AddressLayout.page == 0,
      let memory = HostMemory(size: AddressLayout.page)
    {
      // These tools map the IPC buffer last, over whatever the linker placed at the symbol: with the
      // SDK's own linker script, a .got.
      space.replace(
        with: AddressSpace.Mapping(
          name: "IPC buffer", address: buffer, size: AddressLayout.page, permissions: .readWrite,
          backing: .memory(memory, offset: 0)))
    } else {
      try add("IPC buffer", at: buffer, size: AddressLayout.page, to: &space, domain)
    }
    for map in domain.maps { try add(try mapping(of: map, domain), to: &space, domain) }

    guard let pointer = space.pointer(to: buffer, count: Int(AddressLayout.page)) else {
      throw .tooLarge("an IPC buffer", size: AddressLayout.page)
    }
    return LoadedProgram(
      image: image, addressSpace: space, stackTop: layout.stackTop, stackBottom: stackBottom,
      ipcBuffer: pointer)
  }

  private func read(
    _ name: String, for domain: ProtectionDomain
  ) throws(EmulatorError) -> ELFImage {
    guard let path = Self.findFile(name, in: searchPaths) else {
      throw .noImage(file: name, domain: domain.name, searchPaths: searchPaths)
    }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path) } catch {
      throw .unreadable(error, domain: domain.name)
    }
    do throws(ELFError) {
      let image = try ELFImage(bytes, name: path)
      if image.sections.contains(where: { $0.name == Self.keysSection }) { CoreDumps.forbid() }
      return image
    } catch {
      throw .wrongImage(error, domain: domain.name)
    }
  }

  /// The section of the record `SignerConfig`, with private keys.
  private static let keysSection = ".signer_config"

  private func address(
    of symbol: String, _ image: ELFImage, _ domain: ProtectionDomain
  ) throws(EmulatorError) -> UInt64 {
    do throws(ELFError) { return try image.symbol(named: symbol).value } catch {
      throw .wrongImage(error, domain: domain.name)
    }
  }

  // MARK: Mappings

  private func add(
    _ mapping: AddressSpace.Mapping, to space: inout AddressSpace, _ domain: ProtectionDomain
  ) throws(EmulatorError) {
    guard mapping.address % AddressLayout.page == 0 else {
      throw .unaligned(mapping.name, address: mapping.address, domain: domain.name)
    }
    let (end, overflow) = mapping.address.addingReportingOverflow(mapping.size)
    guard !overflow, end <= AddressLayout.addressSpaceEnd else {
      throw .overlap(
        mapping.name, with: "the end of the address space", address: mapping.address,
        domain: domain.name)
    }
    if let other = space.add(mapping) {
      throw .overlap(
        mapping.name, with: other.name, address: mapping.address, domain: domain.name)
    }
  }

  private func add(
    _ name: String, at address: UInt64, size: UInt64, to space: inout AddressSpace,
    _ domain: ProtectionDomain
  ) throws(EmulatorError) {
    guard let memory = HostMemory(size: size) else { throw .tooLarge(name, size: size) }
    let mapping = AddressSpace.Mapping(
      name: name, address: address, size: size, permissions: .readWrite,
      backing: .memory(memory, offset: 0))
    try add(mapping, to: &space, domain)
  }

  private func mapping(
    of segment: ELFSegment, _ index: Int, _ image: ELFImage, _ domain: ProtectionDomain
  ) throws(EmulatorError) -> AddressSpace.Mapping {
    let page = AddressLayout.page
    let start = segment.virtualAddress / page * page
    let inPage = segment.virtualAddress - start
    // The parser has checked that address and size do not overflow. Rounding up may, to a size of 0.
    let size = (inPage &+ segment.memorySize &+ page &- 1) / page * page
    guard size > 0, size <= 1 << 32, let memory = HostMemory(size: size) else {
      throw .tooLarge("segment \(index) of \(image.name)", size: segment.memorySize)
    }
    let bytes = image.bytes(
      atVirtualAddress: segment.virtualAddress, count: Int(segment.fileSize))
    memory.write(bytes ?? [], at: Int(inPage))
    var permissions: Permissions = []
    if segment.isReadable { permissions.insert(.read) }
    if segment.isWritable { permissions.insert(.write) }
    if segment.isExecutable { permissions.insert(.execute) }
    return AddressSpace.Mapping(
      name: "segment \(index)", address: start, size: size, permissions: permissions,
      backing: .memory(memory, offset: 0))
  }

  private func mapping(
    of map: Map, _ domain: ProtectionDomain
  ) throws(EmulatorError) -> AddressSpace.Mapping {
    guard let region = memory.regions[map.region] else {
      throw .noRegion(map.region, domain: domain.name)
    }
    var mapping = AddressSpace.Mapping(
      name: "region '\(map.region)'", address: map.address.rawValue, size: region.size,
      permissions: map.permissions, isUncached: !map.cached,
      hasLargePages: region.hasLargePages, backing: region.backing)
    if let cache = region.cache {
      if map.cached {
        mapping.cache = cache
      } else {
        mapping.backing = .memory(cache.memory, offset: 0)
      }
    }
    return mapping
  }

  // MARK: Symbols

  private func write(
    _ bytes: [UInt8], to symbol: String, _ image: ELFImage, _ space: AddressSpace,
    _ domain: ProtectionDomain
  ) throws(EmulatorError) {
    guard let found = try? image.symbol(named: symbol), found.size >= UInt64(bytes.count),
      let pointer = space.pointer(to: found.value, count: bytes.count)
    else { throw .symbol(symbol, file: image.name, domain: domain.name) }
    UnsafeMutableRawBufferPointer(start: pointer, count: bytes.count).copyBytes(from: bytes)
  }
}

/// A protection domain's program in memory, before its first instruction.
struct LoadedProgram {
  var image: ELFImage
  var addressSpace: AddressSpace
  /// The initial stack pointer.
  var stackTop: UInt64
  /// The lowest virtual address of the stack.
  var stackBottom: UInt64
  /// The IPC buffer's host address.
  var ipcBuffer: UnsafeMutableRawPointer
}
