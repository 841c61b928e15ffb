// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography

/// What protects the records of one direction (RFC 8446, 5.2 and 7.3): a key, an initial vector and the number of the next record.
struct TrafficKeys: ~Copyable {
  private let key: SealingKey
  private let vector: Secret
  /// Records so far.
  private(set) var sequence: UInt64 = 0

  /// The keys of a traffic secret.
  init(_ suite: CipherSuite, _ secret: Secret) {
    let algorithm = suite.algorithm
    let key = suite.hash.expandLabel(secret, "key", count: algorithm.keyByteCount)
    self.key = key.withBytes { SealingKey(algorithm, key: $0) }
    vector = suite.hash.expandLabel(secret, "iv", count: SealingKey.nonceByteCount)
  }

  /// Opens a record in place.
  ///
  /// - Parameters:
  ///   - record: what follows the header.
  ///   - header: the record's header.
  /// - Returns: whether it was sealed with these keys and this number. Only then it counts.
  mutating func open(
    _ record: inout MutableSpan<UInt8>, header: InlineArray<5, UInt8>
  ) -> Bool {
    let nonce = nonce
    guard key.open(&record, nonce: nonce.span, authenticating: header.span) else { return false }
    sequence &+= 1
    return true
  }

  /// Appends a record with `text` as its content to `output`.
  ///
  /// - Parameter text: at most `RecordLimit.text` bytes.
  mutating func seal(_ text: Span<UInt8>, _ type: UInt8, into output: inout [UInt8]) {
    let count = text.count + RecordLimit.overhead
    let header = recordHeader(ContentType.applicationData, count)
    let start = output.count + RecordLimit.header
    output.append(copying: header.span)
    output.append(zeroes: count)
    var all = output.mutableSpan
    var record = all._mutatingExtracting(start..<start + count)
    let (nonce, trailer) = (nonce, [type] as InlineArray<1, UInt8>)
    key.seal(
      text, trailer: trailer.span, into: &record, nonce: nonce.span, authenticating: header.span)
    sequence &+= 1
  }

  private var nonce: InlineArray<12, UInt8> {
    var nonce = InlineArray<12, UInt8>(repeating: 0)
    vector.withBytes { vector in
      for index in 0..<12 { nonce[index] = vector[index] }
    }
    for index in 0..<8 {
      nonce[11 - index] ^= UInt8(truncatingIfNeeded: sequence >> UInt64(8 * index))
    }
    return nonce
  }
}

/// A record's header.
func recordHeader(_ type: UInt8, _ count: Int) -> InlineArray<5, UInt8> {
  [
    type, 3, 3, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count),
  ]
}

extension Array where Element == UInt8 {
  /// Appends a record that is not sealed.
  mutating func appendRecord(_ type: UInt8, _ content: Span<UInt8>) {
    let header = recordHeader(type, content.count)
    append(copying: header.span)
    append(copying: content)
  }
}
