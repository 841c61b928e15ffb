// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import Testing

@testable import Emulator

/// Programs print the same lines in the same order as on seL4. The expectations were recorded from the same programs,
/// or from the SDK's examples, on seL4 in QEMU.
@Suite struct TranscriptTests {
  @Test(arguments: SDKVersion.allCases)
  func everySDKRunsItsOwnImages(sdk: SDKVersion) throws {
    let run = try TestSystem(
      sdk: sdk,
      programs: ["p": #"void init(void) { say("hello"); } void notified(word c) {}"#],
      xml: """
        <protection_domain name="first"><program_image path="p.elf"/></protection_domain>
        """
    ).start()
    #expect(run.run() == .idle)
    #expect(run.text == "first: hello\n")
  }

  /// Threads are started in the order of the file, so the last of a priority runs first. A notified thread of the same
  /// priority runs when the notifying thread blocks.
  @Test(arguments: [SDKVersion.v1_4_1, .v2_0_1, .v2_3_0])
  func equalPrioritiesTakeTurnsAsOnSeL4(sdk: SDKVersion) throws {
    let run = try TestSystem(
      sdk: sdk,
      programs: [
        "p": #"""
        void init(void) {
          say("starts");
          if (microkit_name[0] == 'a') notify(1);
          say("goes on");
        }
        static int n;
        void notified(word c) { say("notified"); if (n++ < 2) notify(c); say("notified end"); }
        """#
      ],
      xml: """
        <protection_domain name="a" priority="50"><program_image path="p.elf"/></protection_domain>
        <protection_domain name="b" priority="50"><program_image path="p.elf"/></protection_domain>
        <protection_domain name="c" priority="50"><program_image path="p.elf"/></protection_domain>
        <protection_domain name="d" priority="51"><program_image path="p.elf"/></protection_domain>
        <channel><end pd="a" id="1"/><end pd="b" id="1"/></channel>
        <channel><end pd="b" id="2"/><end pd="c" id="2"/></channel>
        """
    ).start()
    run.run()
    #expect(
      run.lines == [
        "d: starts", "d: goes on", "c: starts", "c: goes on", "b: starts", "b: goes on",
        "a: starts", "a: goes on", "b: notified", "b: notified end", "a: notified",
        "a: notified end", "b: notified", "b: notified end", "a: notified", "a: notified end",
        "b: notified", "b: notified end",
      ])
  }

  @Test(arguments: [SDKVersion.v1_4_1, .v2_0_1, .v2_3_0])
  func aPassiveServerRunsOnItsCallersBudget(sdk: SDKVersion) throws {
    let (onCallee, onCaller) = sdk < .v2_0_1 ? ("pp=\"true\"", "") : ("", "pp=\"true\"")
    let run = try TestSystem(
      sdk: sdk,
      programs: [
        "server": #"""
        void init(void) { say("init"); }
        void notified(word c) {}
        struct message protected(word c, struct message m) {
          say("called");
          struct message answer = message(7, 6);
          for (int i = 0; i < 4; i++) answer.mr[i] = m.mr[i] + 1;
          IPC_BUFFER[5] += 1;
          IPC_BUFFER[6] += 1;
          return answer;
        }
        """#,
        "client": #"""
        void init(void) {
          say("init");
          struct message m = message(1, 6);
          for (int i = 0; i < 4; i++) m.mr[i] = i;
          IPC_BUFFER[5] = 4;
          IPC_BUFFER[6] = 0x100000000;
          m = call(3, m);
          puthex(m.info);
          for (int i = 0; i < 4; i++) { puts(" "); puthex(m.mr[i]); }
          puts(" "); puthex(IPC_BUFFER[5]); puts(" "); puthex(IPC_BUFFER[6]); puts("\n");
        }
        void notified(word c) {}
        """#,
      ],
      xml: """
        <protection_domain name="server" priority="100" passive="true" \(onCallee)>
          <program_image path="server.elf"/></protection_domain>
        <protection_domain name="client" priority="99"><program_image path="client.elf"/>
        </protection_domain>
        <channel><end pd="server" id="5"/><end pd="client" id="3" \(onCaller)/></channel>
        """
    ).start()
    run.run()
    #expect(
      run.lines == [
        "server: init", "MON|INFO: PD 'server' is now passive!", "client: init", "server: called",
        "0x7006 0x1 0x2 0x3 0x4 0x5 0x100000001",
      ])
    #expect(run.statistics(of: "client")?.calls == 1)
  }

  @Test func badgesAccumulateUntilTheyAreReceived() throws {
    let run = try TestSystem(
      programs: [
        "sender": #"""
        void init(void) { notify(0); notify(1); notify(0); notify(61); say("sent"); }
        void notified(word c) {}
        """#,
        "receiver": #"""
        void init(void) {}
        void notified(word c) { puthex(c); puts("\n"); }
        """#,
      ],
      xml: """
        <protection_domain name="s" priority="9"><program_image path="sender.elf"/>
        </protection_domain>
        <protection_domain name="r" priority="8"><program_image path="receiver.elf"/>
        </protection_domain>
        <channel><end pd="s" id="0"/><end pd="r" id="10"/></channel>
        <channel><end pd="s" id="1"/><end pd="r" id="4"/></channel>
        <channel><end pd="s" id="61"/><end pd="r" id="61"/></channel>
        """
    ).start()
    run.run()
    #expect(run.lines == ["s: sent", "0x4", "0xa", "0x3d"])
  }

  @Test func aParentRestartsAndStopsItsChild() throws {
    let run = try TestSystem(
      programs: [
        "child": #"""
        void init(void) { say("starts"); *(volatile word *)0x10 = 1; }
        void notified(word c) {}
        """#,
        "parent": #"""
        static int restarts;
        void init(void) { say("starts"); }
        void notified(word c) {}
        int fault(word child, struct message m) {
          say("fault");
          puthex(child); puts(" "); puthex(m.info); puts(" "); puthex(m.mr[1]); puts("\n");
          struct message stop = message(12, 0), restart = message(3, 3);
          restart.mr[0] = 1; restart.mr[1] = 1; restart.mr[2] = 0x200000;
          syscall(CALL, 202 + child, restarts++ < 2 ? restart : stop, 0, 0);
          return 0;
        }
        """#,
      ],
      xml: """
        <protection_domain name="parent" priority="9"><program_image path="parent.elf"/>
          <protection_domain name="child" priority="8" id="3"><program_image path="child.elf"/>
          </protection_domain>
        </protection_domain>
        """
    ).start()
    #expect(run.run() == .idle)
    let fault = ["child: starts", "parent: fault", "0x3 0x6004 0x10"]
    #expect(run.lines == ["parent: starts"] + fault + fault + fault)
    #expect(run.statistics(of: "child")?.faults == 3)
  }

  /// A child repeats the faulting instruction after its parent's reply.
  @Test func aParentRepliesToAFault() throws {
    let run = try TestSystem(
      programs: [
        "child": #"""
        void init(void) { syscall(-100, 1, message(0, 0), 0, 0); say("goes on"); }
        void notified(word c) {}
        """#,
        "parent": #"""
        void init(void) {}
        void notified(word c) {}
        int fault(word child, struct message m) {
          puthex(m.info); puts(" "); puthex(IPC_BUFFER[1 + 12]); puts("\n");
          return 0;
        }
        """#,
      ],
      xml: """
        <protection_domain name="parent" priority="9"><program_image path="parent.elf"/>
          <protection_domain name="child" priority="8" id="3"><program_image path="child.elf"/>
          </protection_domain>
        </protection_domain>
        """
    ).start()
    run.run()
    #expect(run.lines == ["0x200d 0xffffffffffffff9c"])
  }

  /// A deferred operation is sent with the next receive, in one system call.
  @Test func operationsCanBeDeferred() throws {
    let run = try TestSystem(
      programs: [
        "a": #"""
        void init(void) { deferred = 10 + 2; deferred_message = message(0, 0); say("waits"); }
        void notified(word c) { say("notified"); }
        """#,
        "b": #"""
        void init(void) { say("init"); }
        void notified(word c) { say("notified"); notify(c); }
        """#,
      ],
      xml: """
        <protection_domain name="a" priority="9"><program_image path="a.elf"/></protection_domain>
        <protection_domain name="b" priority="8"><program_image path="b.elf"/></protection_domain>
        <channel><end pd="a" id="2"/><end pd="b" id="0"/></channel>
        """
    ).start()
    run.run()
    #expect(run.lines == ["a: waits", "b: init", "b: notified", "a: notified"])
  }

  /// A fault is injected into a healthy child at a chosen time, and its parent restarts it.
  @Test func aFaultCanBeInjected() throws {
    let run = try TestSystem(
      faults: [InjectedFault(domain: "child", time: 5_000_000)],
      programs: [
        "child": #"void init(void) { say("starts"); } void notified(word c) {}"#,
        "parent": #"""
        void init(void) {}
        void notified(word c) {}
        int fault(word child, struct message m) {
          say("fault");
          struct message restart = message(3, 3);
          restart.mr[0] = 1; restart.mr[1] = 1; restart.mr[2] = 0x200000;
          syscall(CALL, 202 + child, restart, 0, 0);
          return 0;
        }
        """#,
      ],
      xml: """
        <protection_domain name="parent" priority="9"><program_image path="parent.elf"/>
          <protection_domain name="child" priority="8" id="3"><program_image path="child.elf"/>
          </protection_domain>
        </protection_domain>
        """
    ).start()
    #expect(run.run() == .idle)
    #expect(run.lines == ["child: starts", "parent: fault", "child: starts"])
    #expect(run.machine.now > 5_000_000)
  }

  @Test func sourceLinesAreRead() {
    #expect(SourceLines.parse("/a/b.c:12:3\n\n") == "/a/b.c:12")
    #expect(SourceLines.parse("b.c:7 (discriminator 2)\n") == "b.c:7")
    for text in ["??:0:0\n", "", "x\n", "a.c:?\n", "a.c:0\n"] {
      #expect(SourceLines.parse(text) == nil)
    }
  }
}
