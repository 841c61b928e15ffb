// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

#if arch(arm64)
  import CChecksum
#endif

/// The CRC-32 of zip, gzip and Ethernet (ISO 3309), which tells accidental damage.
///
/// On AArch64 the processor computes it, eight bytes with an instruction; elsewhere a table does, eight bytes at a time.
public struct CRC32: Equatable, Sendable {
  private var remainder: UInt32 = 0xffff_ffff

  /// The checksum of no bytes, 0.
  public init() {}

  /// The checksum of all bytes so far.
  public var value: UInt32 { ~remainder }

  /// Takes the next bytes.
  public mutating func update(_ bytes: Span<UInt8>) {
    // Safety: the pointer does not leave the closure, and the count is the buffer's.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      #if arch(arm64)
        remainder = unsafe cchecksum_crc32(remainder, start, UInt(buffer.count))
      #else
        remainder = unsafe table.update(remainder, start, buffer.count)
      #endif
    }
  }
}
