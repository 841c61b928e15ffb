// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import Emulator

@Suite struct ProfileTests {
  private static let program = #"""
    __attribute__((noinline)) word triple(word x) { __asm__ volatile("nop; nop; nop"); return 3 * x; }
    void init(void) {
      word sum = 0;
      for (word i = 0; i < 50; i++) sum += triple(i);
      syscall(RECV, 1, message(0, 0), sum, 0);
    }
    void notified(word c) {}
    """#

  private func start(isProfiled: Bool) throws -> TestSystem.Run {
    var system = TestSystem(
      programs: ["p": Self.program],
      xml: """
        <protection_domain name="busy"><program_image path="p.elf"/></protection_domain>
        """)
    system.isProfiled = isProfiled
    let run = try system.start()
    run.run()
    return run
  }

  /// Instructions and calls, by function.
  private func rows(_ run: TestSystem.Run) -> [String: [UInt64]] {
    let lines = run.machine.profileText().split(separator: "\n").dropFirst(2)
    let cells = lines.map { $0.split(separator: " ") }
    return Dictionary(
      uniqueKeysWithValues: cells.map { (String($0[3]), [$0[0], $0[2]].compactMap { UInt64($0) }) })
  }

  @Test func everyInstructionCountsForItsFunction() throws {
    let run = try start(isProfiled: true)
    let rows = rows(run)
    let triple = try #require(rows["triple"])
    #expect(triple[1] == 50)
    // Three times nop, the product and the return.
    #expect(triple[0] >= 50 * 5 && triple[0] < 50 * 10)
    #expect(rows.values.reduce(0) { $0 + $1[0] } == run.instructions(of: "busy"))
    #expect(run.machine.profileText().hasPrefix("busy: \(run.instructions(of: "busy")) instr"))
  }

  @Test func countsBeginAgain() throws {
    let run = try start(isProfiled: true)
    run.machine.restartProfile()
    #expect(rows(run).isEmpty)
    #expect(run.machine.profileText().hasPrefix("busy: 0 instructions\n"))
  }

  @Test func nothingIsCountedUnasked() throws {
    #expect(rows(try start(isProfiled: false)).isEmpty)
  }
}
