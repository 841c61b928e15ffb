// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// A protection domain's virtual address space: mappings of host memory and of devices.
struct AddressSpace {
  enum Backing {
    case memory(HostMemory, offset: Int)
    case device(any Device)
  }

  struct Mapping {
    /// For messages: "region 'ring'", "stack", "segment 0".
    var name: String
    var address: UInt64
    /// A multiple of 4096.
    var size: UInt64
    var permissions: Permissions
    /// Whether it is device memory, where hardware faults on unaligned accesses.
    var isUncached: Bool = false
    /// Set if devices bypass the cache of this memory.
    var cache: NoncoherentMemory?
    /// Whether the Microkit tool maps it with 2 MiB pages.
    var hasLargePages: Bool = false
    var backing: Backing

    var end: UInt64 { address &+ size }
    fileprivate var isPlainMemory: Bool {
      if case .device = backing { return false }
      return permissions.isSuperset(of: [.read, .write])
    }
    func contains(_ address: UInt64) -> Bool { address >= self.address && address < end }
  }

  private(set) var mappings: [Mapping] = []

  /// Adds a mapping, unless it overlaps another one.
  ///
  /// - Returns: the overlapped mapping; nil if the new one was added.
  mutating func add(_ mapping: Mapping) -> Mapping? {
    if let other = mappings.first(where: { $0.address < mapping.end && mapping.address < $0.end }) {
      return other
    }
    mappings.append(mapping)
    return nil
  }

  /// Adds a mapping in place of any memory mapped there before.
  mutating func replace(with mapping: Mapping) {
    var rest: [Mapping] = []
    for other in mappings {
      guard other.address < mapping.end, mapping.address < other.end,
        case .memory(let memory, let offset) = other.backing
      else {
        rest.append(other)
        continue
      }
      if other.address < mapping.address {
        var before = other
        before.size = mapping.address - other.address
        rest.append(before)
      }
      if other.end > mapping.end {
        var after = other
        after.size = other.end - mapping.end
        after.address = mapping.end
        after.backing = .memory(memory, offset: offset + Int(mapping.end - other.address))
        rest.append(after)
      }
    }
    mappings = rest + [mapping]
  }

  /// All addresses except readable and writable memory: where a load or store can fail. The ranges are kept
  /// small because Unicorn 2.1 takes a slow path for stores to pages that a hook watches.
  var rangesToWatch: [ClosedRange<UInt64>] {
    var ranges: [ClosedRange<UInt64>] = []
    var start: UInt64 = 0
    for mapping in mappings.sorted(by: { $0.address < $1.address }) where mapping.isPlainMemory {
      if mapping.address > start { ranges.append(start...(mapping.address - 1)) }
      start = mapping.end
    }
    return ranges + [start...UInt64.max]
  }

  /// The virtual address of a device's registers.
  func address(of device: any Device) -> UInt64? {
    mappings.first {
      if case .device(let other) = $0.backing { other === device } else { false }
    }?.address
  }

  func mapping(at address: UInt64) -> Mapping? { mappings.first { $0.contains(address) } }

  /// The host address of `count` bytes of one mapping; nil if they are not memory or not in one mapping.
  func pointer(to address: UInt64, count: Int) -> UnsafeMutableRawPointer? {
    guard let mapping = mapping(at: address),
      case .memory(let memory, let offset) = mapping.backing,
      UInt64(count) <= mapping.end - address
    else { return nil }
    return memory.start + offset + Int(address - mapping.address)
  }

  /// The level at which a translation table walk fails for an unmapped address (Arm ARM, stage 2 with 40
  /// bits: entries of 1 GiB, 2 MiB and 4 KiB at levels 1 to 3).
  func translationFaultLevel(at address: UInt64) -> UInt64 {
    func sharesTable(_ shift: UInt64) -> Bool {
      mappings.contains {
        ($0.address >> shift)...(($0.end &- 1) >> shift) ~= address >> shift
          && !(shift == 21 && $0.hasLargePages)
      }
    }
    if sharesTable(21) { return 3 }
    return sharesTable(30) ? 2 : 1
  }
}
