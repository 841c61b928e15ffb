// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The examples of docs/cryptography.md.

import Cryptography

/// Seals `record`, whose last 16 bytes are room for the tag.
func seal(_ record: inout MutableSpan<UInt8>, _ number: UInt8, with key: borrowing SealingKey) {
  var nonce = [UInt8](repeating: 0, count: SealingKey.nonceByteCount)
  nonce[11] = number
  let header: [UInt8] = [23, 3, 3]
  key.seal(&record, nonce: nonce.span, authenticating: header.span)
}

/// The hash of everything so far, while more is to come.
func digest(of transcript: HashState) -> [UInt8] {
  var copy = transcript
  var digest = [UInt8](repeating: 0, count: copy.function.byteCount)
  var span = digest.mutableSpan
  copy.finish(into: &span)
  return digest
}
