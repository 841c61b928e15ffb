// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import CryptographyVectors
import IndexSets
import Microkit

/// Checks the golden vectors, with and without the processor's instructions for cryptography.
@main enum Main {
  static func main() { run(Probe()) }
}

struct Probe: ProtectionDomain {
  init() {
    // Not random: this program has nothing to hide.
    var next: UInt8 = 0
    EntropySource.use { bytes in
      for index in bytes.indices {
        next = next &* 37 &+ 11
        bytes[index] = next
      }
      return true
    }
    check("without other instructions")
    ProcessorFeatures.cryptographicExtension.use()
    check("with the Cryptographic Extension")
    debugPrint("all done\n")
    EntropySource.use { _ in false }
    var bytes: [UInt8] = [0, 0, 0, 0]
    var span = bytes.mutableSpan
    Randomness.fill(&span)
    debugPrint("FAILED: bytes without entropy\n")
  }

  private func check(_ how: StaticString) {
    let text = [UInt8](goldenVectors)
    var failed = 0
    let passed = checkVectors(text.span) { line, _ in
      failed += 1
      debugPrint("FAILED: ")
      debugPrint(line)
      debugPrint("\n")
    }
    debugPrint(how)
    debugPrint(failed == 0 && passed > 40 ? ": ok\n" : ": FAILED\n")
  }

  mutating func notified(_ channels: ChannelSet) {}
}
