// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

#if !arch(arm64)
  /// The remainders of a byte that 0 to 7 zeroes follow.
  struct CRC32Table: Sendable {
    private var remainders = [UInt32](repeating: 0, count: 2048)

    init() {
      for byte in 0..<256 {
        var remainder = UInt32(byte)
        for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 0 ? 0 : 0xedb8_8320) }
        remainders[byte] = remainder
      }
      for index in 256..<2048 {
        let before = remainders[index - 256]
        remainders[index] = before >> 8 ^ remainders[Int(before & 255)]
      }
    }

    /// - Parameter remainder: complemented, like the result.
    func update(_ remainder: UInt32, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
      var remainder = remainder
      var index = 0
      // Safety: each index is below the count, which is the memory's.
      while count - index >= 8 {
        let word = UInt64(
          littleEndian: unsafe UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self))
        let value = word ^ UInt64(remainder)
        var next: UInt32 = 0
        for place in 0..<8 {
          let byte = Int(value >> UInt64(8 * place) & 255)
          next ^= remainders[(7 - place) << 8 | byte]
        }
        remainder = next
        index += 8
      }
      while index < count {
        let byte = unsafe Int((remainder ^ UInt32(bytes[index])) & 255)
        remainder = remainder >> 8 ^ remainders[byte]
        index += 1
      }
      return remainder
    }
  }

  let table = CRC32Table()
#endif
