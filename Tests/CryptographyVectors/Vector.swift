// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography

/// What became of a test vector.
public enum VectorOutcome: Sendable {
  case passed, failed
  /// This module does not know such a line.
  case unreadable
}

/// A test vector: a line with an operation's name, `ok` or `bad` for what must become of it, and the operation's fields in hexadecimal,
/// all separated by single spaces. `-` is a field without bytes.
///
/// | operation | fields |
/// |---|---|
/// | `sha256`, `sha384` | message, digest |
/// | `hmac-sha256`, `hmac-sha384` | key, message, code |
/// | `hkdf-sha256`, `hkdf-sha384` | secret, salt, info, output |
/// | `aes-128-gcm`, `aes-256-gcm`, `chacha20-poly1305` | key, nonce, authenticated bytes, text, sealed record |
/// | `x25519`, `p256` | private key, peer's public key, secret |
/// | `verify-sha256`, `verify-sha384` | public key (SubjectPublicKeyInfo), message, signature |
/// | `pkcs8`, `sec1`, `pkcs1` | private key, its public key (SubjectPublicKeyInfo) |
public struct Vector {
  /// Whether the operation must succeed.
  let isGood: Bool
  let operation: [UInt8]
  let fields: [[UInt8]]

  /// - Returns: nil if `line` is not a vector.
  public init?(_ line: Span<UInt8>) {
    var words: [[UInt8]] = [[]]
    for index in line.indices {
      if line[index] == UInt8(ascii: " ") {
        words.append([])
      } else {
        words[words.count - 1].append(line[index])
      }
    }
    guard words.count > 2 else { return nil }
    operation = words[0]
    isGood = words[1] == Array("ok".utf8)
    guard isGood || words[1] == Array("bad".utf8) else { return nil }
    var fields: [[UInt8]] = []
    for word in words[2...] {
      guard let field = Self.bytes(word) else { return nil }
      fields.append(field)
    }
    self.fields = fields
  }

  /// The private key of a good vector of `pkcs8`.
  public var pkcs8Key: [UInt8]? {
    isGood && operation == Array("pkcs8".utf8) ? fields.first : nil
  }

  private static func bytes(_ word: [UInt8]) -> [UInt8]? {
    if word == [UInt8(ascii: "-")] { return [] }
    guard word.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: word.count, by: 2) {
      guard let high = digit(word[index]), let low = digit(word[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

/// Checks each line of `text`, and calls `report` with those that did not pass.
///
/// - Returns: how many passed.
public func checkVectors(
  _ text: Span<UInt8>, report: (Span<UInt8>, VectorOutcome) -> Void
) -> Int {
  var passed = 0
  var start = 0
  for index in 0...text.count where index == text.count || text[index] == UInt8(ascii: "\n") {
    let line = text.extracting(start..<index)
    start = index + 1
    guard !line.isEmpty, line[0] != UInt8(ascii: "#") else { continue }
    let outcome = Vector(line)?.outcome() ?? .unreadable
    if outcome == .passed { passed += 1 } else { report(line, outcome) }
  }
  return passed
}
