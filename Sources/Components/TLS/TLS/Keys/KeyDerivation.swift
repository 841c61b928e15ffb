// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography

// Functions of RFC 8446, 7.1 and 4.4.4.

extension HashFunction {
  /// HKDF-Expand-Label.
  ///
  /// - Parameter label: without "tls13 ".
  func expandLabel(
    _ secret: Secret, _ label: StaticString, _ context: [UInt8] = [], count: Int
  ) -> Secret {
    var info = LabelInfo()
    info.append(UInt8(truncatingIfNeeded: count >> 8))
    info.append(UInt8(truncatingIfNeeded: count))
    info.append(UInt8(truncatingIfNeeded: 6 + label.utf8CodeUnitCount))
    ("tls13 " as StaticString).lend { info.append($0) }
    label.lend { info.append($0) }
    info.append(UInt8(truncatingIfNeeded: context.count))
    info.append(context.span)
    return Secret(count) { output in
      secret.withBytes { secret in info.lend { expand(secret, info: $0, into: &output) } }
    }
  }

  /// Derive-Secret, of the transcript's hash.
  func derive(_ secret: Secret, _ label: StaticString, _ transcriptHash: [UInt8]) -> Secret {
    expandLabel(secret, label, transcriptHash, count: byteCount)
  }

  /// The content of a Finished message, or a binder, of the secret of one direction.
  func finished(_ secret: Secret, _ transcriptHash: [UInt8]) -> [UInt8] {
    let key = expandLabel(secret, "finished", count: byteCount)
    var code = [UInt8](repeating: 0, count: byteCount)
    var span = code.mutableSpan
    key.withBytes { authenticate(transcriptHash.span, key: $0, into: &span) }
    return code
  }

  /// The hash of no bytes.
  var ofNothing: [UInt8] { digest(of: HashState(self)) }

  /// The digest of what a state has hashed so far.
  func digest(of state: HashState) -> [UInt8] {
    var copy = state
    var digest = [UInt8](repeating: 0, count: byteCount)
    var span = digest.mutableSpan
    copy.finish(into: &span)
    return digest
  }
}

/// A label with its context, on the stack: there are many in a handshake, and none is secret.
private struct LabelInfo {
  // Lengths, "tls13 ", a label of at most 12 bytes and a digest.
  private var buffer = InlineArray<80, UInt8>(repeating: 0)
  private var count = 0

  func lend(_ body: (Span<UInt8>) -> Void) { body(buffer.span.extracting(0..<count)) }

  mutating func append(_ byte: UInt8) {
    buffer[count] = byte
    count += 1
  }

  mutating func append(_ bytes: Span<UInt8>) {
    for index in bytes.indices { append(bytes[index]) }
  }
}

/// The chain of secrets of a handshake (RFC 8446, 7.1).
struct KeySchedule {
  let hash: HashFunction
  /// The early, then the handshake, and then the main secret.
  private(set) var secret: Secret
  /// The salt of the next stage.
  private var salt: Secret
  private let ofNothing: [UInt8]

  /// The early secret, of a pre-shared key if there is one. Without, all handshakes have the same, which can be copied.
  init(_ hash: HashFunction, preSharedKey: Secret? = nil) {
    self.hash = hash
    let key = preSharedKey ?? Secret(hash.byteCount) { _ in }
    secret = Self.extract(hash, key, salt: nil)
    ofNothing = hash.ofNothing
    salt = hash.derive(secret, "derived", ofNothing)
  }

  /// Goes on to the handshake secret.
  mutating func enterHandshake(_ shared: Secret) {
    secret = Self.extract(hash, shared, salt: salt)
    salt = hash.derive(secret, "derived", ofNothing)
  }

  /// Goes on to the main secret.
  mutating func enterMain() {
    secret = Self.extract(hash, Secret(hash.byteCount) { _ in }, salt: salt)
  }

  /// A secret of the current stage.
  func derive(_ label: StaticString, _ transcriptHash: [UInt8]) -> Secret {
    hash.derive(secret, label, transcriptHash)
  }

  private static func extract(_ hash: HashFunction, _ input: Secret, salt: Secret?) -> Secret {
    Secret(hash.byteCount) { output in
      input.withBytes { input in
        if let salt {
          salt.withBytes { hash.extract(input, salt: $0, into: &output) }
        } else {
          let none: [UInt8] = []
          hash.extract(input, salt: none.span, into: &output)
        }
      }
    }
  }
}
