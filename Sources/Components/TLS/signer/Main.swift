// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import EntropyProtocol
import Microkit
import ProgramHeap
import Records
import SignerWiring
import Signing

/// The private keys of a server with TLS. It signs what `SignerRules` allow, for one client; it shares no memory, and has no console.
@main enum Main {
  static func main() {
    let config = SignerConfig.linked()
    ProcessorFeatures.useThoseOfBoard()
    do throws(EntropyRefusal) {
      try EntropySource.useService()
    } catch {
      fatal("there are no random numbers, so this signer signs nothing")
    }
    run(Signer(config))
  }
}

enum Needs {
  // Eight RSA keys of 4,096 bits, and what one signature takes.
  @section(".serval_heap_needs") @used static let heap: UInt64 = 393_216
  @section(".serval_stack_needs") @used static let stack: UInt64 = 40_960
}

/// A key behind a reference, as arrays hold no values that cannot be copied.
private final class Key {
  let key: SigningKey
  init(_ key: consuming SigningKey) { self.key = key }
}

private struct Signer: ProtectionDomain {
  private let client: Channel
  private var keys: [Key] = []

  /// Stops the protection domain if there is no key, or one is malformed: `serval generate` writes neither.
  init(_ config: LinkedRecord<SignerConfig>) {
    client = Channel(config[SignerConfig.clientID])
    for index in 0..<config.count(of: SignerConfig.keys, SignerConfig.keyCount) {
      keys.append(Self.key(SignerConfig.keys[index], config))
    }
    if keys.isEmpty { fatal(".signer_config: no key; run serval generate with --key") }
  }

  private static func key(
    _ place: Part<SignerConfig, SignerKey>, _ config: LinkedRecord<SignerConfig>
  ) -> Key {
    let start = Int(config[place / SignerKey.start])
    let count = min(Int(config[place / SignerKey.keyByteCount]), SignerConfig.data.capacity)
    var der: [UInt8] = []
    der.reserveCapacity(count)
    for index in 0..<count { der.append(config.byte(start + index, of: SignerConfig.data)) }
    defer {
      var bytes = der.mutableSpan
      wipe(&bytes)
    }
    guard let key = SigningKey(.pkcs8, der: der.span) else {
      fatal(".signer_config: a malformed key; run serval generate again with --key")
    }
    return Key(key)
  }

  func called(on channel: Channel, _ message: Message) -> Message {
    guard channel == client, message.label == SignerCall.sign,
      let request = Self.request(in: message), keys.indices.contains(request.key)
    else { return Self.refusal }
    var signature = InlineArray<512, UInt8>(repeating: 0)
    var bytes = signature.mutableSpan
    guard let count = SignerRules.sign(request, with: keys[request.key].key, into: &bytes) else {
      return Self.refusal
    }
    return Message(label: SignerCall.signed, bytes: signature.span.extracting(0..<count))
  }

  private static func request(in message: Message) -> SigningRequest? {
    var buffer = InlineArray<64, UInt8>(repeating: 0)
    var bytes = buffer.mutableSpan
    guard let count = message.bytes(into: &bytes) else { return nil }
    return SigningRequest(bytes: buffer.span.extracting(0..<count))
  }

  private static var refusal: Message { Message(label: SignerCall.refused) }
}
