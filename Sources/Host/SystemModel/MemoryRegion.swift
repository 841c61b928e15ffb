// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Physical memory or device registers that protection domains can map (`<memory_region>`).
public struct MemoryRegion: Hashable, Sendable {
  /// AArch64's page sizes that the Microkit tool supports, in bytes.
  public enum PageSize: UInt64, Hashable, Sendable {
    /// 4 KiB.
    case small = 0x1000
    /// 2 MiB.
    case large = 0x20_0000

    /// The same as a size.
    public var byteCount: ByteCount { ByteCount(rawValue) }
  }

  /// Unique in the system.
  public var name: String
  /// In bytes; nil only if the file at `prefillPath` determines it (since 2.2.0).
  public var size: ByteCount?
  /// Nil lets the Microkit tool choose: 4 KiB, or since 2.0 2 MiB if size, addresses and mappings
  /// are aligned to it.
  public var pageSize: PageSize?
  /// Nil lets the Microkit tool choose an address in normal memory.
  public var physicalAddress: PhysicalAddress?
  /// File whose contents the region starts with (since 2.2.0).
  public var prefillPath: String?
  /// Boot information that the region starts with (since 2.3.0, x86).
  public var prefillBootInfo: String?
  /// Where the `<memory_region>` was read from.
  public var origin: Origin

  /// Creates a region that the Microkit tool places, unless an address is given.
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

/// A mapping of a memory region into one address space (`<map>`).
public struct Map: Hashable, Sendable {
  /// Name of the mapped region.
  public var region: String
  /// First address, aligned to the region's pages.
  public var address: VirtualAddress
  /// Read and write unless said otherwise.
  public var permissions: Permissions
  /// False maps it as device memory (nGnRnE on AArch64), which allows aligned accesses of register
  /// width only.
  public var cached: Bool
  /// Symbol of the image that the Microkit tool sets to `address`.
  public var addressSymbol: String?
  /// Symbol that it sets to the region's size in bytes (since 2.0).
  public var sizeSymbol: String?
  /// Symbol that it sets to the number of prefilled bytes (since 2.2.0).
  public var prefillSizeSymbol: String?
  /// Where the `<map>` was read from.
  public var origin: Origin

  /// Creates a cached mapping, readable and writable unless said otherwise.
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

/// What a mapping allows: any combination of read, write and execute except write alone.
public struct Permissions: OptionSet, Hashable, Sendable {
  /// Bit 0 is read, bit 1 write, bit 2 execute.
  public var rawValue: UInt8
  /// Creates a set from those bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Data can be read.
  public static let read = Permissions(rawValue: 1)
  /// Data can be written; only together with `read`.
  public static let write = Permissions(rawValue: 2)
  /// Instructions can be fetched.
  public static let execute = Permissions(rawValue: 4)

  /// What memory for data needs.
  public static let readWrite: Permissions = [.read, .write]
}

extension Permissions: CustomStringConvertible {
  /// As in the `perms` attribute: "r", "rw", "rx", "rwx", ...
  public var description: String {
    (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "") + (contains(.execute) ? "x" : "")
  }
}
