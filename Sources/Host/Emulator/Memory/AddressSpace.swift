// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// What a protection domain sees: memory and devices at virtual addresses.
struct AddressSpace {
  enum Backing {
    case memory(HostMemory, offset: Int)
    case device(any Device)
  }

  struct Mapping {
    /// What it is, for messages: "region 'ring'", "stack", "segment 0".
    var name: String
    var address: UInt64
    /// A multiple of 4096.
    var size: UInt64
    var permissions: Permissions
    /// Device memory, where hardware refuses what is not aligned.
    var isUncached: Bool = false
    /// Where devices do not see the cache.
    var cache: CachedRegion?
    /// Whether the tool maps it with 2 MiB pages.
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

  /// - Returns: the mapping that is in the way, if there is one; nothing is added then.
  mutating func add(_ mapping: Mapping) -> Mapping? {
    if let other = mappings.first(where: { $0.address < mapping.end && mapping.address < $0.end }) {
      return other
    }
    mappings.append(mapping)
    return nil
  }

  /// Adds a mapping, which hides what is under it.
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

  /// Where a load or store may go wrong: everywhere but in memory to be read and written. As long as a
  /// hook watches a page, Unicorn 2.1 takes its slow path for each store to it.
  var rangesToWatch: [ClosedRange<UInt64>] {
    var ranges: [ClosedRange<UInt64>] = []
    var start: UInt64 = 0
    for mapping in mappings.sorted(by: { $0.address < $1.address }) where mapping.isPlainMemory {
      if mapping.address > start { ranges.append(start...(mapping.address - 1)) }
      start = mapping.end
    }
    return ranges + [start...UInt64.max]
  }

  func address(of device: any Device) -> UInt64? {
    mappings.first {
      if case .device(let other) = $0.backing { other === device } else { false }
    }?.address
  }

  func mapping(at address: UInt64) -> Mapping? { mappings.first { $0.contains(address) } }

  /// Host memory behind `count` bytes of one mapping; nil where there is none.
  func pointer(to address: UInt64, count: Int) -> UnsafeMutableRawPointer? {
    guard let mapping = mapping(at: address),
      case .memory(let memory, let offset) = mapping.backing,
      UInt64(count) <= mapping.end - address
    else { return nil }
    return memory.start + offset + Int(address - mapping.address)
  }

  /// How deep a walk of the page tables gets at an address where nothing is mapped: the level of the
  /// translation fault (Arm ARM, stage 2 with 40 bits: 1 GiB, 2 MiB, 4 KiB).
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
