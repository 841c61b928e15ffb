// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FoundationEssentials
import SystemModel
import Testing

@testable import Emulator

@Suite struct TimeTests {
  private static let spinner =
    "void init(void) { for (;;) __asm__(\"\"); } void notified(word c) {}"

  /// Prints the time of each timer interrupt and sets the timer again.
  private static let ticker = #"""
    static void arm(word ticks) {
      __asm__ volatile("msr cntp_cval_el0, %0\n msr cntp_ctl_el0, %1"
                       :: "r"(counter() + ticks), "r"(1ul));
    }
    void init(void) {
      word f;
      __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(f));
      puthex(f); puts("\n");
      arm(PERIOD);
    }
    void notified(word c) {
      puthex(counter() / 62500); puts("\n");
      arm(PERIOD);
      ack(c);
    }
    """#

  private func ticking(period: Int) -> TestSystem {
    TestSystem(
      programs: ["t": Self.ticker.replacing("PERIOD", with: "\(period)")],
      xml: """
        <protection_domain name="t" priority="9"><program_image path="t.elf"/>
          <irq irq="30" id="3"/></protection_domain>
        """)
  }

  @Test func theTimerInterruptsAfterItsTime() throws {
    let run = try ticking(period: 6_250_000).start()
    #expect(run.run(350) == .timeOver)
    #expect(run.machine.now == 350_000_000)
    #expect(run.lines == ["0x3b9aca0", "0x64", "0xc8", "0x12c"])
  }

  @Test func anHourOfWaitingTakesNoTime() throws {
    let run = try ticking(period: 62_500_000).start()
    let clock = ContinuousClock()
    let taken = clock.measure { run.run(3_600_000) }
    #expect(run.lines.count == 3600)
    #expect(taken < .seconds(20))
  }

  /// The caller of a passive server does nothing but call. Its timeslice still ends, so that a thread of the same
  /// priority gets every other one.
  @Test func aThreadThatOnlyMakesCallsYieldsToItsEquals() throws {
    let run = try TestSystem(
      programs: [
        "server": """
        void init(void) {} void notified(word c) {}
        struct message protected(word c, struct message m) { return message(0, 0); }
        """,
        "caller": "void init(void) { for (;;) call(1, message(0, 0)); } void notified(word c) {}",
        "spin": Self.spinner,
      ],
      xml: """
        <protection_domain name="server" priority="20" passive="true">
          <program_image path="server.elf"/></protection_domain>
        <protection_domain name="caller" priority="9"><program_image path="caller.elf"/>
        </protection_domain>
        <protection_domain name="spin" priority="9"><program_image path="spin.elf"/>
        </protection_domain>
        <channel><end pd="server" id="1"/><end pd="caller" id="1" pp="true"/></channel>
        """
    ).start()
    run.run(50)
    #expect((5_000_000...30_000_000).contains(run.instructions(of: "spin")))
  }

  /// A budget of 200 us in each 1000 us preempts a program that spins.
  @Test func aBudgetEndsATurn() throws {
    let run = try TestSystem(
      programs: ["spin": Self.spinner],
      xml: """
        <protection_domain name="greedy" priority="200" budget="200" period="1000">
          <program_image path="spin.elf"/></protection_domain>
        <protection_domain name="patient" priority="1"><program_image path="spin.elf"/>
        </protection_domain>
        """
    ).start()
    #expect(run.run(100) == .timeOver)
    let greedy = Double(run.instructions(of: "greedy"))
    let patient = Double(run.instructions(of: "patient"))
    #expect(abs(greedy - 20_000_000) < 200_000)
    #expect(abs(patient - 80_000_000) < 200_000)
  }

  private static let sleeper =
    "void init(void) { for (;;) __asm__ volatile(\"wfi\"); } void notified(word c) {}"

  /// A program waits in WFI rather than in the kernel: virtual time passes at no cost and exactly.
  @Test func waitingForInterruptsCostsNothing() throws {
    let run = try TestSystem(
      programs: ["t": Self.ticker.replacing("PERIOD", with: "62500000"), "sleep": Self.sleeper],
      xml: """
        <protection_domain name="t" priority="9">
          <program_image path="t.elf"/><irq irq="30" id="3"/></protection_domain>
        <protection_domain name="sleep" priority="0" budget="1000000">
          <program_image path="sleep.elf"/></protection_domain>
        """
    ).start()
    #expect(run.run(3_600_000) == .timeOver)
    #expect(run.lines.count == 3600)
    // It wakes once for each tick and for each end of a slice.
    #expect(run.instructions(of: "sleep") < 50_000)
  }

  @Test func aMachineWhoseThreadsAllSleepIsIdle() throws {
    let run = try TestSystem(
      programs: ["sleep": Self.sleeper],
      xml: """
        <protection_domain name="sleep"><program_image path="sleep.elf"/></protection_domain>
        """
    ).start()
    #expect(run.run(3_600_000) == .idle)
  }

  /// WFI is charged like work: 200 us of each 1000 us, and a timeslice each among equals.
  @Test func sleepIsCharged() throws {
    let run = try TestSystem(
      programs: ["spin": Self.spinner, "sleep": Self.sleeper],
      xml: """
        <protection_domain name="a" priority="9" budget="200" period="1000">
          <program_image path="sleep.elf"/></protection_domain>
        <protection_domain name="b" priority="8" budget="1000"><program_image path="sleep.elf"/>
        </protection_domain>
        <protection_domain name="c" priority="8" budget="3000"><program_image path="spin.elf"/>
        </protection_domain>
        """
    ).start()
    #expect(run.run(100) == .timeOver)
    #expect(abs(Double(run.instructions(of: "c")) - 60_000_000) < 1_000_000)
  }

  @Test func equalPrioritiesTakeTurns() throws {
    let run = try TestSystem(
      programs: ["spin": Self.spinner],
      xml: """
        <protection_domain name="a" budget="1000"><program_image path="spin.elf"/>
        </protection_domain>
        <protection_domain name="b" budget="3000"><program_image path="spin.elf"/>
        </protection_domain>
        """
    ).start()
    run.run(100)
    #expect(abs(Double(run.instructions(of: "a")) - 25_000_000) < 1_000_000)
    #expect(abs(Double(run.instructions(of: "b")) - 75_000_000) < 1_000_000)
  }

  /// A passive server that spins uses up its caller's budget.
  @Test func aPassiveServerSpendsItsCallersBudget() throws {
    let run = try TestSystem(
      programs: [
        "server": """
        void init(void) {}
        void notified(word c) {}
        struct message protected(word c, struct message m) { for (;;) __asm__(""); }
        """,
        "client": "void init(void) { call(0, message(0, 0)); } void notified(word c) {}",
        "spin": Self.spinner,
      ],
      xml: """
        <protection_domain name="server" priority="100" passive="true">
          <program_image path="server.elf"/></protection_domain>
        <protection_domain name="client" priority="99" budget="100" period="1000">
          <program_image path="client.elf"/></protection_domain>
        <protection_domain name="other" priority="1"><program_image path="spin.elf"/>
        </protection_domain>
        <channel><end pd="server" id="0"/><end pd="client" id="0" pp="true"/></channel>
        """
    ).start()
    run.run(100)
    #expect(abs(Double(run.instructions(of: "server")) - 10_000_000) < 200_000)
    #expect(abs(Double(run.instructions(of: "other")) - 90_000_000) < 500_000)
  }

  @Test func twoRunsAreTheSame() throws {
    func trace() throws -> (String, String) {
      let run = try TestSystem(
        isTraced: true,
        programs: [
          "t": Self.ticker.replacing("PERIOD", with: "62500"), "spin": Self.spinner,
        ],
        xml: """
          <protection_domain name="t" priority="9" budget="50" period="300">
            <program_image path="t.elf"/><irq irq="30" id="3"/></protection_domain>
          <protection_domain name="s" priority="8" budget="70" period="200">
            <program_image path="spin.elf"/></protection_domain>
          <protection_domain name="u" priority="7"><program_image path="spin.elf"/>
          </protection_domain>
          """
      ).start()
      run.run(30)
      return (run.endTrace(), run.text)
    }
    let (first, second) = (try trace(), try trace())
    #expect(first == second)
    #expect(first.0.utf8.count > 10_000)
  }

  // MARK: Traces

  private struct Trace: Decodable {
    struct Event: Decodable {
      var ph: String
      var name: String
      var ts: Double?
      var tid: Int?
    }
    var traceEvents: [Event]
  }

  @Test func aTraceIsAListOfEvents() throws {
    var system = ticking(period: 62_500)
    system.isTraced = true
    let run = try system.start()
    run.run(10)
    let trace = try JSONDecoder().decode(Trace.self, from: Data(run.endTrace().utf8))
    #expect(trace.traceEvents.count { $0.name == "irq 30" } == 9)
    let times = trace.traceEvents.compactMap(\.ts)
    #expect(times == times.sorted())
    let begins = trace.traceEvents.count { $0.ph == "B" }
    let ends = trace.traceEvents.count { $0.ph == "E" }
    #expect(begins - ends == 0 || begins - ends == 1)
  }
}
