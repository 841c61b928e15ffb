// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Time

/// A key that seals tickets. Its nonces are the tickets' numbers, so none comes twice.
struct TicketKey: ~Copyable {
  let created: Instant
  private let name: [UInt8]
  private let key: SealingKey
  private var count: UInt64 = 0
  // A bit for each of the last tickets: whether it was used.
  private var used: [UInt64]
  private static let nameByteCount = 8
  private static let headerByteCount = 16

  init(_ algorithm: SealingAlgorithm, window: Int, now: Instant) {
    created = now
    let secret = Secret(algorithm.keyByteCount) { Randomness.fill(&$0) }
    key = secret.withBytes { SealingKey(algorithm, key: $0) }
    var name = [UInt8](repeating: 0, count: Self.nameByteCount)
    var span = name.mutableSpan
    Randomness.fill(&span)
    self.name = name
    used = [UInt64](repeating: 0, count: (window + 63) / 64)
  }

  mutating func seal(
    _ suite: CipherSuite, credential: Int, _ preSharedKey: Secret, proved: Instant
  ) -> [UInt8] {
    let number = count
    count &+= 1
    forget(number)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(128)
    bytes.append(copying: name.span)
    bytes.append(number, size: 8)
    let header = bytes
    bytes.append(Int(suite.rawValue), size: 2)
    bytes.append(credential, size: 2)
    bytes.append(proved.nanoseconds, size: 8)
    preSharedKey.withBytes { bytes.append(copying: $0) }
    bytes.append(zeroes: SealingKey.tagByteCount)
    var all = bytes.mutableSpan
    var sealed = all._mutatingExtracting(Self.headerByteCount..<all.count)
    let nonce = nonce(number)
    key.seal(&sealed, nonce: nonce.span, authenticating: header.span)
    return bytes
  }

  func open(_ bytes: Span<UInt8>) -> Ticket? {
    guard isName(bytes), bytes.count <= 128 else { return nil }
    let number = bytes.number(8..<16)
    var sealed = [UInt8](copying: bytes.extracting(Self.headerByteCount..<bytes.count))
    defer {
      var content = sealed.mutableSpan
      wipe(&content)
    }
    let nonce = nonce(number)
    var record = sealed.mutableSpan
    guard
      key.open(
        &record, nonce: nonce.span, authenticating: bytes.extracting(0..<Self.headerByteCount))
    else { return nil }
    let content = sealed.span
    let end = content.count - SealingKey.tagByteCount
    guard end > 12,
      let suite = CipherSuite(rawValue: UInt16(truncatingIfNeeded: content.number(0..<2))),
      end == 12 + suite.hash.byteCount
    else { return nil }
    return Ticket(
      suite: suite, credential: Int(content.number(2..<4)),
      proved: Instant(nanoseconds: content.number(4..<12)), number: number,
      preSharedKey: Secret(copying: content.extracting(12..<end)))
  }

  /// Whether the ticket was not used before; nil if it is of another key.
  mutating func use(_ number: UInt64, _ bytes: Span<UInt8>) -> Bool? {
    guard isName(bytes) else { return nil }
    guard number < count, count - number <= UInt64(used.count * 64) else { return false }
    let (word, bit) = place(number)
    guard used[word] & bit == 0 else { return false }
    used[word] |= bit
    return true
  }

  private mutating func forget(_ number: UInt64) {
    guard !used.isEmpty else { return }
    let (word, bit) = place(number)
    used[word] &= ~bit
  }

  private func place(_ number: UInt64) -> (Int, UInt64) {
    let place = Int(number % UInt64(used.count * 64))
    return (place >> 6, 1 << UInt64(place & 63))
  }

  private func isName(_ bytes: Span<UInt8>) -> Bool {
    bytes.count > Self.headerByteCount
      && bytes.extracting(0..<Self.nameByteCount).equals(name.span)
  }

  private func nonce(_ number: UInt64) -> InlineArray<12, UInt8> {
    var nonce = InlineArray<12, UInt8>(repeating: 0)
    for index in 0..<8 {
      nonce[11 - index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
    }
    return nonce
  }
}

extension Array where Element == UInt8 {
  fileprivate mutating func append(_ number: UInt64, size: Int) {
    append(Int(truncatingIfNeeded: number), size: size)
  }
}

extension Span where Element == UInt8 {
  /// A number, most significant byte first.
  fileprivate func number(_ range: Range<Int>) -> UInt64 {
    var number: UInt64 = 0
    for index in range { number = number << 8 | UInt64(self[index]) }
    return number
  }
}
