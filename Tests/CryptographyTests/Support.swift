// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import Testing

// The interface with arrays, since #expect takes no spans.

/// A buffer of `count` bytes, which starts with `start`, after `write`.
func written(
  _ count: Int, from start: [UInt8] = [], _ write: (inout MutableSpan<UInt8>) -> Void
) -> [UInt8] {
  var buffer = start + [UInt8](repeating: 0, count: count - start.count)
  var span = buffer.mutableSpan
  write(&span)
  return buffer
}

func string(_ bytes: Span<UInt8>) -> String {
  String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
}

extension KeyAgreement {
  func pair() -> (privateKey: [UInt8], publicKey: [UInt8]) {
    var publicKey: [UInt8] = []
    let privateKey = written(Self.privateKeyByteCount) { privateSpan in
      publicKey = written(publicKeyByteCount) { generate(privateKey: &privateSpan, publicKey: &$0) }
    }
    return (privateKey, publicKey)
  }

  func publicKey(of privateKey: [UInt8]) -> [UInt8]? {
    var done = false
    let key = written(publicKeyByteCount) { done = publicKey(of: privateKey.span, into: &$0) }
    return done ? key : nil
  }

  func secret(_ privateKey: [UInt8], peer: [UInt8]) -> [UInt8]? {
    var done = false
    let shared = written(Self.secretByteCount) {
      done = secret(privateKey.span, peer: peer.span, into: &$0)
    }
    return done ? shared : nil
  }
}

extension SealingKey {
  static let nonce = [UInt8](1...12)

  borrowing func sealed(_ text: [UInt8], _ other: [UInt8]) -> [UInt8] {
    var record = text + [UInt8](repeating: 0, count: Self.tagByteCount)
    var span = record.mutableSpan
    seal(&span, nonce: Self.nonce.span, authenticating: other.span)
    return record
  }

  borrowing func opened(_ record: [UInt8], _ other: [UInt8]) -> [UInt8]? {
    var record = record
    var span = record.mutableSpan
    guard open(&span, nonce: Self.nonce.span, authenticating: other.span) else { return nil }
    return Array(record.dropLast(Self.tagByteCount))
  }
}

extension SigningKey {
  /// The public key, in a buffer of `capacity` bytes.
  borrowing func publicKey(capacity: Int) -> [UInt8]? {
    var output = [UInt8](repeating: 0, count: capacity)
    var span = output.mutableSpan
    let count = publicKey(into: &span)
    return count.map { Array(output.prefix($0)) }
  }
}

func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool { isEqual(a.span, b.span) }

/// #expect captures its operands, which keys cannot be.
func expect(
  _ bytes: [UInt8]?, _ expected: [UInt8]?, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(bytes == expected, sourceLocation: sourceLocation)
}
