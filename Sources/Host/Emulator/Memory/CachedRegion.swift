// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// A DMA region on a machine whose devices do not look into the processor's cache, as the Odroid-C4:
/// what programs see through cached mappings and what devices see are kept apart until a program
/// cleans or invalidates a line. The cache never loses a line by itself, so that whatever relies on
/// luck fails.
final class CachedRegion {
  let name: String
  /// What programs see through cached mappings.
  let cached: HostMemory
  /// What devices, and programs through uncached mappings, see.
  let memory: HostMemory
  /// What both saw when a line was last the same for both.
  private let common: HostMemory
  var report: (String) -> Void = { _ in }
  private var wasReported: Set<String> = []

  /// Bytes of a cache line on both boards.
  static let lineSize = 64

  init?(_ name: String, cached: HostMemory) {
    guard let memory = HostMemory(size: UInt64(cached.size)),
      let common = HostMemory(size: UInt64(cached.size))
    else { return nil }
    memory.start.copyMemory(from: cached.start, byteCount: cached.size)
    common.start.copyMemory(from: cached.start, byteCount: cached.size)
    (self.name, self.cached, self.memory, self.common) = (name, cached, memory, common)
  }

  private func differs(_ one: HostMemory, _ other: HostMemory, _ line: Int) -> Bool {
    memcmp(one.start + line, other.start + line, Self.lineSize) != 0
  }

  private func copy(_ from: HostMemory, to: HostMemory, _ line: Int) {
    (to.start + line).copyMemory(from: from.start + line, byteCount: Self.lineSize)
  }

  // MARK: Programs

  /// DC CVAC or DC CIVAC on the line of a byte.
  func maintain(offset: Int, invalidates: Bool) {
    guard offset >= 0, offset < cached.size else { return }
    let line = offset & ~(Self.lineSize - 1)
    // What the program wrote goes to memory, whatever a device has put there meanwhile.
    if differs(cached, common, line) {
      copy(cached, to: memory, line)
      copy(cached, to: common, line)
    }
    if invalidates {
      copy(memory, to: cached, line)
      copy(memory, to: common, line)
    }
  }

  /// A program reads through the cache.
  func programReads(offset: Int, by domain: String, at place: @autoclosure () -> String) {
    guard offset >= 0, offset < cached.size else { return }
    let line = offset & ~(Self.lineSize - 1)
    guard differs(memory, common, line), !differs(cached, common, line) else { return }
    tell(
      "read \(domain)",
      "'\(domain)' reads what a device has written to '\(name)' without invalidating the cache: "
        + place())
  }

  // MARK: Devices

  /// A device accesses bytes: none of their lines may wait in the cache.
  func deviceAccesses(offset: Int, count: Int) {
    var line = offset & ~(Self.lineSize - 1)
    while line < offset + count, line < cached.size {
      if differs(cached, common, line) {
        return tell(
          "device",
          "a device accesses '\(name)' at offset \(hex(UInt64(line))), where a program has written "
            + "without cleaning the cache")
      }
      line += Self.lineSize
    }
  }

  /// Once for each kind: what is forgotten once is forgotten every time.
  private func tell(_ kind: String, _ text: String) {
    if wasReported.insert(kind).inserted { report(text) }
  }
}
