// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// HMAC-SHA-256, which a cryptographic library provides.
public protocol HMACSHA256 {
  /// The code of `message` under `key`.
  static func code(_ message: Span<UInt8>, key: DRBGBlock) -> DRBGBlock
}

/// 32 bytes: a key, a value or an output of the generator.
public typealias DRBGBlock = InlineArray<32, UInt8>

/// A deterministic generator of random bits: HMAC_DRBG with SHA-256 (SP 800-90A Rev. 1, 10.1.2), with a security strength
/// of 256 bits. It is built only from HMAC.
///
/// Each output changes the state in a way that cannot be undone: earlier outputs cannot be computed from it (backtracking
/// resistance).
public struct HMACDRBG<HMAC: HMACSHA256>: Sendable {
  /// The most bytes that seed and personalization, or entropy and additional input, may have together.
  public static var inputLimit: Int { 416 }

  private var key = DRBGBlock(repeating: 0)
  private var value = DRBGBlock(repeating: 1)

  /// Instantiates the generator (10.1.2.3). `seed` holds at least 384 bits of entropy, for entropy input and nonce
  /// (8.6.7); `personalization` need not be secret.
  public init(seed: Span<UInt8>, personalization: Span<UInt8>) { update(seed, personalization) }

  /// Mixes in fresh entropy, at least 256 bits (10.1.2.4).
  public mutating func reseed(_ entropy: Span<UInt8>, additional: Span<UInt8>) {
    update(entropy, additional)
  }

  /// Generates a number of blocks, and calls `output` with each (10.1.2.5). `additional` need not be secret.
  public mutating func generate(
    blocks: Int = 1, additional: Span<UInt8>, _ output: (DRBGBlock) -> Void
  ) {
    if !additional.isEmpty { update(additional, Span()) }
    for _ in 0..<max(blocks, 0) {
      value = HMAC.code(value.span, key: key)
      output(value)
    }
    update(additional, Span())
  }

  /// HMAC_DRBG_Update (10.1.2.2), with the provided data in two parts.
  private mutating func update(_ first: Span<UInt8>, _ second: Span<UInt8>) {
    precondition(first.count + second.count <= Self.inputLimit, "too much input for the DRBG")
    mix(0, first, second)
    if !first.isEmpty || !second.isEmpty { mix(1, first, second) }
  }

  /// The next key is the code of value, separator and data; the next value, that of the value under it.
  private mutating func mix(_ separator: UInt8, _ first: Span<UInt8>, _ second: Span<UInt8>) {
    // Value, separator and `inputLimit` bytes.
    var message = InlineArray<449, UInt8>(repeating: 0)
    var count = 0
    func append(_ byte: UInt8) {
      message[count] = byte
      count += 1
    }
    for index in value.indices { append(value[index]) }
    append(separator)
    for index in first.indices { append(first[index]) }
    for index in second.indices { append(second[index]) }
    key = HMAC.code(message.span.extracting(first: count), key: key)
    value = HMAC.code(value.span, key: key)
    // Not left on the stack.
    message = InlineArray(repeating: 0)
  }
}
