// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import EntropyProtocol
import Randomness

extension EntropySource {
  /// Takes random numbers from the `entropy` service of the system.
  ///
  /// - Throws: why there are none. Then nothing may ask for randomness: the program would stop.
  public static func useService() throws(EntropyRefusal) {
    use { bytes in
      do throws(EntropyRefusal) {
        try RandomBytes.fill(&bytes)
        return true
      } catch {
        return false
      }
    }
    var probe = InlineArray<8, UInt8>(repeating: 0)
    var bytes = probe.mutableSpan
    try RandomBytes.fill(&bytes)
  }
}
