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
    // Whoever reads this knows the program's random numbers, and there is nothing to gain from them.
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
