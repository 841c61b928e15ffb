// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension SDKFolder {
  /// The memory that this SDK's kernel was built for, and what the kernel keeps of it.
  ///
  /// - Parameter known: what Serval knows of the board, which names the kernel's devices and the
  ///   RAM that seL4 does not manage, and stands in for a missing platform_gen.json.
  func platform(known: SDKBoard?, sdk: SDKVersion) throws(TargetError) -> Platform {
    let catalogued = known.flatMap { $0.target(nil, in: max(sdk, $0.since)).platform }
    var platform = catalogued ?? Platform()
    let isDescribed = sdk >= .v2_0_1 || exists("platform_gen.json")
    if isDescribed {
      let (file, ranges) = try decode(GeneratedPlatform.self, from: ["platform_gen.json"])
      let memory = try ranges.memory.checked(file)
      platform.normalMemory = memory.merged
      platform.ram = (memory + (catalogued?.ram ?? [])).merged
      let gaps = (memory + (try ranges.devices.checked(file))).merged.gaps
      platform.kernelOwned = gaps.flatMap { gap in gap.named(by: catalogued?.kernelOwned ?? []) }
    } else {
      platform.kernelOwned.removeAll { $0.name == SDKBoard.kernelImageName }
    }
    platform.kernelOwned.append(.init(try kernelImage(), SDKBoard.kernelImageName))
    platform.kernelOwned.sort { $0.range.lowerBound < $1.range.lowerBound }
    return platform
  }
}

/// platform_gen.json: what seL4's hardware_gen.py made of the device tree. `devices` is every
/// address that user level can have as device memory, up to the kernel's limit.
private struct GeneratedPlatform: Decodable {
  var memory: [AddressRange]
  var devices: [AddressRange]

  struct AddressRange: Decodable {
    var start: UInt64
    var end: UInt64
  }
}

extension [GeneratedPlatform.AddressRange] {
  fileprivate func checked(_ path: String) throws(TargetError) -> [Range<UInt64>] {
    var ranges: [Range<UInt64>] = []
    for range in self {
      guard range.start < range.end else {
        throw .badRange(path: path, start: range.start, end: range.end)
      }
      ranges.append(range.start..<range.end)
    }
    return ranges
  }
}

extension [Range<UInt64>] {
  /// What lies between the ranges of a merged list.
  fileprivate var gaps: [Range<UInt64>] {
    zip(self, dropFirst()).map { $0.upperBound..<$1.lowerBound }
  }
}

extension Range<UInt64> {
  /// The range in pieces: what is known of it, and the rest.
  fileprivate func named(by known: [Platform.NamedRange]) -> [Platform.NamedRange] {
    var pieces: [Platform.NamedRange] = []
    var start = lowerBound
    func addRest(until end: UInt64) {
      if start < end { pieces.append(.init(start..<end, "registers that the kernel keeps")) }
    }
    for piece in known where piece.range.overlaps(self) {
      let range = piece.range.clamped(to: self)
      addRest(until: range.lowerBound)
      pieces.append(.init(range, piece.name))
      start = Swift.max(start, range.upperBound)
    }
    addRest(until: upperBound)
    return pieces
  }
}
