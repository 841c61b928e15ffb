// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import EntropyComponents

/// The HMAC of the library that programs use, too.
enum LibraryHMAC: HMACSHA256 {
  static func code(_ message: Span<UInt8>, key: DRBGBlock) -> DRBGBlock {
    var code = DRBGBlock(repeating: 0)
    var bytes = code.mutableSpan
    HashFunction.sha256.authenticate(message, key: key.span, into: &bytes)
    return code
  }
}
