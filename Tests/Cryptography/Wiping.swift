// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import CryptographyVectors

/// Uses keys and lets go of them, and says whether all memory that they had is zeroes again: this machine's heap never uses a
/// block twice.
func checkWiping() {
  let text = [UInt8](goldenVectors)
  var signature = [UInt8](repeating: 0, count: 512)
  // Allocates the generator's state, which stays.
  var random = signature.mutableSpan
  Randomness.fill(&random)
  var start = 0
  for index in 0...text.count where index == text.count || text[index] == UInt8(ascii: "\n") {
    let vector = Vector(text.span.extracting(start..<index))
    start = index + 1
    guard let der = vector?.pkcs8Key else { continue }
    let heap = heapEnd()
    do {
      guard let key = SigningKey(.pkcs8, der: der.span) else { return say("FAILED: key\n") }
      var span = signature.mutableSpan
      _ = key.sign(text.span.extracting(first: 32), .sha256, into: &span)
    }
    report("a key that signs", from: heap)
  }
  for algorithm in [.aes128GCM, .aes256GCM, .chaCha20Poly1305] as [SealingAlgorithm] {
    let secret = text.span.extracting(first: algorithm.keyByteCount)
    let heap = heapEnd()
    do { _ = SealingKey(algorithm, key: secret) }
    report("a key that seals", from: heap)
  }
}

private func report(_ what: StaticString, from start: UInt) {
  let end = heapEnd()
  var left: UInt64 = 0
  for address in start..<end {
    guard let byte = unsafe UnsafePointer<UInt8>(bitPattern: address) else { return }
    if unsafe byte.pointee != 0 { left += 1 }
  }
  say(left == 0 && end > start ? "wiped: " : "FAILED: not wiped: ")
  say(what)
  say(", ")
  say(UInt64(end - start))
  say(" bytes, left ")
  say(left)
  say("\n")
}
