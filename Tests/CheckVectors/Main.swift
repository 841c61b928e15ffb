// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CryptographyVectors

/// Checks test vectors from standard input, and prints those that do not pass and how many do.
@main enum Main {
  static func main() {
    var text: [UInt8] = []
    while let line = readLine(strippingNewline: false) { text += line.utf8 }
    let passed = checkVectors(text.span) { line, outcome in
      var copy: [UInt8] = []
      for index in line.indices { copy.append(line[index]) }
      print("\(outcome): \(String(decoding: copy, as: UTF8.self))")
    }
    print("passed \(passed)")
  }
}
