// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// A DMA region on a machine whose devices bypass the processor's cache, such as the Odroid-C4: programs
/// with cached mappings and devices see different bytes until a program cleans or invalidates a line. The
/// model never evicts a line by itself, so that a driver that relies on evictions always fails.
final class NoncoherentMemory {
  let name: String
  /// What programs see through cached mappings.
  let cached: HostMemory
  /// What devices see, and programs through uncached mappings.
  let memory: HostMemory
  /// Each line as it was when both last agreed. A line of `cached` that differs from it is dirty; one of
  /// `memory` that differs was written by a device.
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

  /// A program executes DC CVAC or DC CIVAC on the line that holds the byte at `offset`.
  func maintain(offset: Int, invalidates: Bool) {
    guard offset >= 0, offset < cached.size else { return }
    let line = offset & ~(Self.lineSize - 1)
    // A dirty line overwrites what a device has written to memory meanwhile.
    if differs(cached, common, line) {
      copy(cached, to: memory, line)
      copy(cached, to: common, line)
    }
    if invalidates {
      copy(memory, to: cached, line)
      copy(memory, to: common, line)
    }
  }

  /// A program reads through the cache: reports a line that a device has written since.
  func programReads(offset: Int, by domain: String, at place: @autoclosure () -> String) {
    guard offset >= 0, offset < cached.size else { return }
    let line = offset & ~(Self.lineSize - 1)
    guard differs(memory, common, line), !differs(cached, common, line) else { return }
    reportOnce(
      "read \(domain)",
      "'\(domain)' reads what a device has written to '\(name)' without invalidating the cache: "
        + place())
  }

  // MARK: Devices

  /// A device accesses bytes: reports a line that is still dirty.
  func deviceAccesses(offset: Int, count: Int) {
    var line = offset & ~(Self.lineSize - 1)
    while line < offset + count, line < cached.size {
      if differs(cached, common, line) {
        return reportOnce(
          "device",
          "a device accesses '\(name)' at offset \(hex(UInt64(line))), where a program has written "
            + "without cleaning the cache")
      }
      line += Self.lineSize
    }
  }

  /// Reports each kind once, as a driver repeats its omissions.
  private func reportOnce(_ kind: String, _ text: String) {
    if wasReported.insert(kind).inserted { report(text) }
  }
}
