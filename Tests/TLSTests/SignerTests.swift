// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import TestSupport
import Testing

@testable import Signing

/// What a signer signs: the content of a server's CertificateVerify, and nothing else.
@Suite struct SignerTests {
  private func request(_ count: Int, key: Int = 0) -> SigningRequest? {
    SigningRequest(
      .ecdsaP256SHA256, key: key, transcriptHash: [UInt8](repeating: 3, count: count).span)
  }

  @Test func hashes() {
    for count in 0..<100 {
      let isRequest = request(count) != nil
      #expect(isRequest == (count == 32 || count == 48))
    }
    #expect(request(32, key: 0x10000) == nil && request(32, key: -1) == nil)
  }

  @Test(arguments: [32, 48]) func content(_ count: Int) throws {
    let made = request(count, key: 5)
    let request = try #require(made)
    let content = SignerRules.content(of: request)
    #expect(content.count == 98 + count)
    let hash = SignerRules.transcriptHash(in: content.span)
    #expect(hash == request.transcriptHash)
    // Any other content is refused, wherever it differs.
    for index in 0..<98 {
      var other = content
      other[index] ^= 1
      let hash = SignerRules.transcriptHash(in: other.span)
      #expect(hash == nil, "\(index)")
    }
    for length in 0..<content.count where length != 98 + 32 {
      let hash = SignerRules.transcriptHash(in: content.span.extracting(0..<length))
      #expect(hash == nil)
    }
    let client = content.map { $0 }.split(separator: 0).first.map(Array.init) ?? []
    let text = String(decoding: client, as: UTF8.self).replacing("server", with: "client")
    let forged = [UInt8](text.utf8) + [0] + request.transcriptHash
    let forgedHash = SignerRules.transcriptHash(in: forged.span)
    #expect(forgedHash == nil, "a client's proof")
  }

  @Test func messages() throws {
    let made = request(48, key: 0x1234)
    let request = try #require(made)
    let bytes = request.bytes
    let read = SigningRequest(bytes: bytes.span)
    #expect(read == request && bytes.count == SigningRequest.longestByteCount)
    for length in 0..<bytes.count where length != 36 {
      let read = SigningRequest(bytes: bytes.span.extracting(0..<length))
      #expect(read == nil)
    }
    var random = SeededGenerator(seed: 1)
    for _ in 0..<fuzzIterations(20_000) {
      let bytes = random.bytes(random.below(80))
      guard let request = SigningRequest(bytes: bytes.span) else { continue }
      #expect(request.bytes == bytes)
    }
  }

  @Test func kinds() {
    #expect(SignatureScheme.ecdsaP256SHA256.fits(.p256))
    #expect(!SignatureScheme.rsaPSSSHA256.fits(.p256) && !SignatureScheme.rsaPSSSHA384.fits(.p256))
    #expect(SignatureScheme.rsaPSSSHA384.fits(.rsa(bits: 2048)))
    #expect(!SignatureScheme.ecdsaP256SHA256.fits(.rsa(bits: 2048)))
  }
}
