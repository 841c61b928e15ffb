// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Unpredictable numbers, as far as what was stirred in is unpredictable.
///
/// Each use has its own key, which reveals neither the pool nor another key: 128 bits of the stack's
/// `StackSecrets`, or a hash of the pool if there are none. At most 32 bits of a hash may leave the
/// machine, so that a single value cannot confirm a guess.
struct Secret: BitwiseCopyable {
  /// The uses of keys.
  enum Use: UInt64, BitwiseCopyable {
    case connectionTable = 1
    case neighbourTable
    case sequenceNumbers
    case timestamps
    case ports
    case lookups
    case leases
  }

  private var pool: HashKey
  private var counter: UInt64 = 0
  private let secrets: StackSecrets?

  init(_ first: UInt64, _ second: UInt64, _ secrets: StackSecrets? = nil) {
    pool = HashKey(first, second)
    self.secrets = secrets
  }

  /// Mixes another secret value into the pool. Keys and numbers from before and after are unrelated.
  mutating func stir(_ value: UInt64) { pool = HashKey(pool.hash(value, 0), pool.hash(value, 1)) }

  /// The key for a use, from what has been stirred in so far: ask once, as late as possible.
  func key(for use: Use) -> HashKey {
    if let secrets { return secrets.key(Int(truncatingIfNeeded: use.rawValue)) }
    // `stir` uses the second words 0 and 1.
    return HashKey(pool.hash(use.rawValue, 2), pool.hash(use.rawValue, 3))
  }

  /// The next random number, of which at most 32 bits may be revealed.
  mutating func random(for use: Use) -> UInt64 {
    counter &+= 1
    return key(for: use).hash(counter, 0)
  }
}

/// Keys of 128 bits for a stack, one for each purpose, from a generator of random numbers. None is used for two purposes, nor
/// derived from another.
public struct StackSecrets: BitwiseCopyable, Sendable {
  /// 64-bit words that it holds.
  public static var wordCount: Int { 16 }

  private let words: InlineArray<16, UInt64>

  /// The keys; all words must be random.
  public init(_ words: InlineArray<16, UInt64>) { self.words = words }

  /// The key of a purpose, counted from 1.
  func key(_ purpose: Int) -> HashKey {
    let first = 2 &* purpose & 14
    return HashKey(words[first], words[first &+ 1])
  }
}

/// The keys that all connections share. They are made for the first connection and stay: the table
/// must be searched with the key that it was filled with, and the numbers of one pair of ends must
/// follow each other (RFC 6528, 3).
struct ConnectionKeys: BitwiseCopyable {
  let table: TableKey
  let sequenceNumbers: HashKey
  let timestamps: HashKey
  let ports: HashKey
  /// The first port for outgoing connections.
  let firstPort: UInt16

  init(_ secret: inout Secret) {
    table = TableKey(secret.key(for: .connectionTable))
    sequenceNumbers = secret.key(for: .sequenceNumbers)
    timestamps = secret.key(for: .timestamps)
    ports = secret.key(for: .ports)
    firstPort = UInt16(truncatingIfNeeded: secret.random(for: .ports))
  }
}

/// SipHash-2-4 (Aumasson and Bernstein, 2012) with its key.
struct HashKey: BitwiseCopyable {
  private let key0: UInt64
  private let key1: UInt64

  init(_ key0: UInt64, _ key1: UInt64) {
    self.key0 = key0
    self.key1 = key1
  }

  /// A keyed hash of 16 bytes. Not inlined: some hundred instructions.
  @inline(never)
  func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    var v0 = key0 ^ 0x736f_6d65_7073_6575
    var v1 = key1 ^ 0x646f_7261_6e64_6f6d
    var v2 = key0 ^ 0x6c79_6765_6e65_7261
    var v3 = key1 ^ 0x7465_6462_7974_6573
    func round() {
      v0 &+= v1
      v1 = v1 << 13 | v1 >> 51
      v1 ^= v0
      v0 = v0 << 32 | v0 >> 32
      v2 &+= v3
      v3 = v3 << 16 | v3 >> 48
      v3 ^= v2
      v0 &+= v3
      v3 = v3 << 21 | v3 >> 43
      v3 ^= v0
      v2 &+= v1
      v1 = v1 << 17 | v1 >> 47
      v1 ^= v2
      v2 = v2 << 32 | v2 >> 32
    }
    func absorb(_ word: UInt64) {
      v3 ^= word
      round()
      round()
      v0 ^= word
    }
    absorb(first)
    absorb(second)
    // The last word holds the length, 16, in its top byte.
    absorb(16 << 56)
    v2 ^= 0xff
    for _ in 0..<4 { round() }
    return v0 ^ v1 ^ v2 ^ v3
  }
}

/// A fast keyed hash for tables: a peer without the key cannot choose colliding addresses. Not for
/// values that leave the machine.
struct TableKey: BitwiseCopyable {
  private let key0: UInt64
  private let key1: UInt64

  init(_ key: HashKey) {
    // A single multiplication does not mix well with small keys.
    key0 = key.hash(0, 0)
    key1 = key.hash(1, 0)
  }

  @inline(__always)
  func hash(_ first: UInt64, _ second: UInt64) -> UInt32 {
    let product = (first ^ key0).multipliedFullWidth(by: second ^ key1)
    let mixed = product.high ^ product.low
    return UInt32(truncatingIfNeeded: mixed ^ mixed >> 32)
  }
}
