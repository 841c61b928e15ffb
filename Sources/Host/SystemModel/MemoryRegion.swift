// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A run of physical memory or device registers that protection domains can map.
public struct MemoryRegion: Hashable, Sendable {
  public enum PageSize: UInt64, Hashable, Sendable {
    case small = 0x1000
    case large = 0x20_0000

    public var byteCount: ByteCount { ByteCount(rawValue) }
  }

  public var name: String
  /// Nil only where the contents of `prefillPath` decide it (since 2.2.0).
  public var size: ByteCount?
  /// Nil lets the Microkit tool choose: 4 KiB, or since 2.0 2 MiB where everything is aligned to it.
  public var pageSize: PageSize?
  /// Nil lets the Microkit tool choose a place in normal memory.
  public var physicalAddress: PhysicalAddress?
  /// File whose bytes the region starts with (since 2.2.0).
  public var prefillPath: String?
  /// Boot information that the region starts with (since 2.3.0, x86).
  public var prefillBootInfo: String?
  public var origin: Origin

  public init(
    _ name: String, size: ByteCount?, pageSize: PageSize? = nil,
    physicalAddress: PhysicalAddress? = nil, prefillPath: String? = nil,
    prefillBootInfo: String? = nil, origin: Origin = Origin()
  ) {
    self.name = name
    self.size = size
    self.pageSize = pageSize
    self.physicalAddress = physicalAddress
    self.prefillPath = prefillPath
    self.prefillBootInfo = prefillBootInfo
    self.origin = origin
  }
}

/// A memory region in one address space.
public struct Map: Hashable, Sendable {
  public var region: String
  public var address: VirtualAddress
  public var permissions: Permissions
  /// False maps the region as device memory (nGnRnE on AArch64): aligned, register-width accesses only.
  public var cached: Bool
  /// Symbol of the PD image that the tool sets to `address`.
  public var addressSymbol: String?
  /// Symbol that the tool sets to the region's size (since 2.0).
  public var sizeSymbol: String?
  /// Symbol that the tool sets to the number of prefilled bytes (since 2.2.0).
  public var prefillSizeSymbol: String?
  public var origin: Origin

  public init(
    _ region: String, at address: VirtualAddress, _ permissions: Permissions = .readWrite,
    cached: Bool = true, addressSymbol: String? = nil, sizeSymbol: String? = nil,
    prefillSizeSymbol: String? = nil, origin: Origin = Origin()
  ) {
    self.region = region
    self.address = address
    self.permissions = permissions
    self.cached = cached
    self.addressSymbol = addressSymbol
    self.sizeSymbol = sizeSymbol
    self.prefillSizeSymbol = prefillSizeSymbol
    self.origin = origin
  }
}
