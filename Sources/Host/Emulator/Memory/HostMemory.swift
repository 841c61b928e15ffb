// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Zeroed memory of this process that serves as memory of the machine. The host allocates pages on first
/// use, so an unused region costs nothing.
final class HostMemory {
  /// Bytes; a multiple of 4096.
  let size: Int
  let start: UnsafeMutableRawPointer

  /// Nil if the host does not have that much address space.
  ///
  /// - Parameter size: bytes, rounded up to whole pages.
  init?(size: UInt64) {
    guard let bytes = Int(exactly: size), bytes > 0, bytes <= 1 << 40 else { return nil }
    let rounded = (bytes + 0xfff) & ~0xfff
    guard
      let address = mmap(
        nil, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      address != MAP_FAILED
    else { return nil }
    self.size = rounded
    start = address
  }

  deinit { munmap(start, size) }

  /// Copies bytes to `offset`, as many as fit.
  func write(_ bytes: some Collection<UInt8>, at offset: Int) {
    guard offset >= 0, offset < size else { return }
    let target = UnsafeMutableRawBufferPointer(start: start + offset, count: size - offset)
    target.copyBytes(from: bytes.prefix(size - offset))
  }
}
