// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import EntropyProtocol
import Randomness

extension EntropySource {
  /// A generator that failed a health test is tested again, which takes each request a step further. A program that gave up meanwhile would
  /// stop for good: with so many requests it waits for some tenths of a second at most.
  private static var trials: Int { 200_000 }

  /// Takes random numbers from the `entropy` service of the system.
  ///
  /// - Throws: why there are none. Then nothing may ask for randomness: the program would stop.
  public static func useService() throws(EntropyRefusal) {
    use { bytes in
      for _ in 0..<trials {
        do throws(EntropyRefusal) {
          try RandomBytes.fill(&bytes)
          return true
        } catch {
          guard error == .notReady else { return false }
        }
      }
      return false
    }
    var probe = InlineArray<8, UInt8>(repeating: 0)
    var bytes = probe.mutableSpan
    try RandomBytes.fill(&bytes)
  }
}
