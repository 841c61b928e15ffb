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
    var info: [UInt8] = []
    // Growing it in steps would take longer than to fill it.
    info.reserveCapacity(96)
    info.append(UInt8(truncatingIfNeeded: count >> 8))
    info.append(UInt8(truncatingIfNeeded: count))
    info.append(UInt8(truncatingIfNeeded: 6 + label.utf8CodeUnitCount))
    info.append("tls13 ")
    info.append(label)
    info.append(UInt8(truncatingIfNeeded: context.count))
    info.append(copying: context.span)
    return Secret(count) { output in
      secret.withBytes { expand($0, info: info.span, into: &output) }
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

/// The chain of secrets of a handshake (RFC 8446, 7.1).
struct KeySchedule {
  let hash: HashFunction
  /// The early, then the handshake, and then the main secret.
  private(set) var secret: Secret

  /// The early secret, of a pre-shared key if there is one.
  init(_ hash: HashFunction, preSharedKey: Secret? = nil) {
    self.hash = hash
    let key = preSharedKey ?? Secret(hash.byteCount) { _ in }
    secret = Self.extract(hash, key, salt: nil)
  }

  /// Goes on to the handshake secret.
  mutating func enterHandshake(_ shared: Secret) { advance(shared) }

  /// Goes on to the main secret.
  mutating func enterMain() { advance(Secret(hash.byteCount) { _ in }) }

  /// A secret of the current stage.
  func derive(_ label: StaticString, _ transcriptHash: [UInt8]) -> Secret {
    hash.derive(secret, label, transcriptHash)
  }

  private mutating func advance(_ input: Secret) {
    let salt = hash.derive(secret, "derived", hash.ofNothing)
    secret = Self.extract(hash, input, salt: salt)
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
