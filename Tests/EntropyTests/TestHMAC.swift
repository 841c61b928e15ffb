// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyComponents

/// HMAC-SHA-256 (RFC 2104, FIPS 180-4) for tests alone, so that they need no library; an oracle for the one that programs use.
enum TestHMAC: HMACSHA256 {
  static func code(_ message: Span<UInt8>, key: DRBGBlock) -> DRBGBlock {
    let key = key.indices.map { key[$0] } + [UInt8](repeating: 0, count: 32)
    let bytes = message.indices.map { message[$0] }
    let inner = sha256(key.map { $0 ^ 0x36 } + bytes)
    let outer = sha256(key.map { $0 ^ 0x5c } + inner)
    return DRBGBlock { outer[$0] }
  }

  static func sha256(_ message: [UInt8]) -> [UInt8] {
    var state = primes(8).map { fraction($0, root: 2) }
    let constants = primes(64).map { fraction($0, root: 3) }
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    let bits = UInt64(message.count * 8)
    padded += (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) }
    for start in stride(from: 0, to: padded.count, by: 64) {
      compress(&state, padded[start..<start + 64], constants)
    }
    return state.flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) }
    }
  }

  private static func compress(
    _ state: inout [UInt32], _ block: ArraySlice<UInt8>, _ constants: [UInt32]
  ) {
    func turned(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }
    var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { start in
      block[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
      let (a, b) = (words[index - 15], words[index - 2])
      words.append(
        words[index - 16] &+ (turned(a, 7) ^ turned(a, 18) ^ a >> 3) &+ words[index - 7]
          &+ (turned(b, 17) ^ turned(b, 19) ^ b >> 10))
    }
    var h = state
    for index in 0..<64 {
      let choice = h[4] & h[5] ^ ~h[4] & h[6]
      let first =
        h[7] &+ (turned(h[4], 6) ^ turned(h[4], 11) ^ turned(h[4], 25)) &+ choice
        &+ constants[index] &+ words[index]
      let majority = h[0] & h[1] ^ h[0] & h[2] ^ h[1] & h[2]
      let second = (turned(h[0], 2) ^ turned(h[0], 13) ^ turned(h[0], 22)) &+ majority
      h = [first &+ second, h[0], h[1], h[2], h[3] &+ first, h[4], h[5], h[6]]
    }
    for index in 0..<8 { state[index] &+= h[index] }
  }

  private static func primes(_ count: Int) -> [UInt64] {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < count {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }

  /// The first 32 bits of the fraction of a square or cube root.
  private static func fraction(_ number: UInt64, root: Int) -> UInt32 {
    let value = root == 2 ? Double(number).squareRoot() : cubeRoot(Double(number))
    return UInt32(truncatingIfNeeded: UInt64(value * 4_294_967_296))
  }

  private static func cubeRoot(_ number: Double) -> Double {
    var root = number / 2
    for _ in 0..<200 { root = (2 * root + number / (root * root)) / 3 }
    return root
  }
}

/// The bytes of a text of hexadecimal digits.
func hex(_ text: String) -> [UInt8] {
  let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}
