// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import Emulator

/// Scheduling contexts that callers lend to passive servers.
@Suite struct LentContextTests {
  /// A parent stops a child that waits for the reply of a passive server. The server keeps the child's scheduling
  /// context (reply_remove_tcb in object/reply.c), and the next caller, which lends none, keeps its own.
  @Test func theCallerIsStoppedBeforeTheReply() throws {
    let run = try TestSystem(
      programs: [
        "parent": """
        void init(void) {}
        void notified(word c) {
          syscall(CALL, 202 + 1, message(12, 0), 0, 0);
          say("stopped the child");
          notify(3);
        }
        """,
        "child": """
        void init(void) { call(0, message(0, 0)); say("got a reply"); }
        void notified(word c) {}
        """,
        "server": """
        void init(void) {}
        void notified(word c) {}
        struct message protected(word c, struct message m) {
          if (c == 0) notify(2);
          return message(0, 0);
        }
        """,
        "other": """
        void init(void) {}
        void notified(word c) { call(1, message(0, 0)); say("got a reply"); }
        """,
      ],
      xml: """
        <protection_domain name="parent" priority="200"><program_image path="parent.elf"/>
          <protection_domain name="child" priority="50" id="1"><program_image path="child.elf"/>
          </protection_domain>
        </protection_domain>
        <protection_domain name="server" priority="100" passive="true">
          <program_image path="server.elf"/></protection_domain>
        <protection_domain name="other" priority="40"><program_image path="other.elf"/>
        </protection_domain>
        <channel><end pd="server" id="0"/><end pd="child" id="0" pp="true"/></channel>
        <channel><end pd="server" id="1"/><end pd="other" id="1" pp="true"/></channel>
        <channel><end pd="server" id="2"/><end pd="parent" id="2"/></channel>
        <channel><end pd="parent" id="3"/><end pd="other" id="3"/></channel>
        """
    ).start()
    // Checks the kernel's invariants, among them that each thread runs on its own context or a lent one.
    #expect(run.run() == .idle)
    #expect(
      run.lines.filter { !$0.hasPrefix("MON|") } == [
        "parent: stopped the child", "other: got a reply",
      ])
  }
}
