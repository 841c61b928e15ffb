// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Sessions
import Testing

// The program of docs/own-package.md.

struct Greeting: Session {
  mutating func opened(_ output: inout SessionOutput) { output.write("good day\n") }

  mutating func receive(_ bytes: Span<UInt8>, _ output: inout SessionOutput) -> Int {
    output.write(bytes)
    return bytes.count
  }
}

@Suite struct GreetingTests {
  @Test func greetsAndEchoes() {
    var (greeting, output) = (Greeting(), SessionOutput())
    greeting.opened(&output)
    #expect(greeting.receive(Array("hello".utf8).span, &output) == 5)
    greeting.ended(&output)
    #expect(String(decoding: output.bytes, as: UTF8.self) == "good day\nhello")
    #expect(output.isEnded)
  }
}
