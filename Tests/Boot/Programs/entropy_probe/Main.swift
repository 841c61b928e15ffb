// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Draws random numbers in every way that programs have, and prints them; Tests/Boot/entropy.py compares what several of these
// print.

import EntropyProtocol
import Microkit
import ProgramHeap
import Randomness
import Records
import SerialWiring
import TimerWiring

@main enum Main {
  static func main() {
    run(
      Probe(
        console: Console(SerialClientConfig.linked()),
        timer: TimerClient(TimerClientConfig.linked())))
  }
}

struct Probe: ProtectionDomain, ~Copyable {
  private static var draws: Int { 20 }

  private var console: Console
  private let timer: TimerClient

  init(console: consuming Console, timer: TimerClient) {
    self.console = console
    self.timer = timer
    // Later than all others' start.
    timer.setTimeout(nanoseconds: 100_000_000)
  }

  mutating func notified(_ channels: ChannelSet) {
    guard channels.contains(timer.channel) else { return }
    do throws(EntropyRefusal) {
      guard let client = EntropyClient() else { throw .noDevice }
      for _ in 0..<Self.draws {
        let seed = try client.seed()
        write("seed", [seed[0], seed[1], seed[2], seed[3]])
      }
      var bytes = [UInt8](repeating: 0, count: 40)
      var span = bytes.mutableSpan
      try RandomBytes.fill(&span)
      write("bytes", words(bytes))
      let start = timer.now()
      for _ in 0..<1000 { _ = try client.seed() }
      write("microseconds", [(timer.now() - start) / 1000 / 1000])
    } catch {
      write("refused", [error.rawValue])
    }
    var generator = SystemRandomNumberGenerator()
    write("system", (0..<8).map { _ in generator.next() })
    write("done", [0])
  }

  private func words(_ bytes: [UInt8]) -> [UInt64] {
    (0..<bytes.count / 8).map { word in
      (0..<8).reduce(0) { $0 | UInt64(bytes[8 * word + $1]) << UInt64(8 * $1) }
    }
  }

  private mutating func write(_ kind: StaticString, _ words: [UInt64]) {
    for word in words {
      for index in 0..<ProgramName.count { console.write(ProgramName.byte(index)) }
      console.write(" ")
      console.write(kind)
      console.write(" ")
      console.write(hexadecimal: word)
      console.write("\n")
      console.flush()
    }
  }
}
