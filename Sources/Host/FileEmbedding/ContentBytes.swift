// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CContentHash
import CZlib

/// Work on all bytes of a file, done in C.
enum ContentBytes {
  /// A hash of 128 bits of `bytes`, as two numbers: it tells versions of a file apart.
  static func hash(_ bytes: [UInt8]) -> (high: UInt64, low: UInt64) {
    var hash: [UInt64] = [0, 0]
    serval_content_hash(bytes, bytes.count, &hash)
    return (hash[0], hash[1])
  }

  /// Appends the hexadecimal digits of a range of `bytes`, the last byte first.
  static func append(digitsOf bytes: [UInt8], _ range: Range<Int>, to text: inout [UInt8]) {
    text += [UInt8](unsafeUninitializedCapacity: 2 * range.count) { digits, count in
      bytes.withUnsafeBufferPointer {
        serval_hex_backwards(
          $0.baseAddress?.advanced(by: range.lowerBound), range.count, digits.baseAddress)
      }
      count = 2 * range.count
    }
  }

  /// The index of the first byte from `start` on that needs another form in a string literal; the count of
  /// `bytes` if there is none.
  static func firstSpecial(in bytes: [UInt8], from start: Int) -> Int {
    bytes.withUnsafeBufferPointer { serval_find_special($0.baseAddress, start, $0.count) }
  }

  /// The gzip form of `bytes` at the best level and without a time, so that it depends on them and on the
  /// version of zlib only; nil unless that saves five percent.
  static func gzip(_ bytes: [UInt8]) -> [UInt8]? {
    let limit = bytes.count / 20 * 19
    guard limit > 0 else { return nil }
    var stream = z_stream()
    guard serval_deflate_init_gzip(&stream) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    var isComplete = false
    var bytes = bytes
    let result = [UInt8](unsafeUninitializedCapacity: limit) { output, count in
      count = bytes.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(limit)
        isComplete = deflate(&stream, Z_FINISH) == Z_STREAM_END
        return limit - Int(stream.avail_out)
      }
    }
    return isComplete ? result : nil
  }
}
