// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import Testing

@testable import Emulator

/// Programs that each fault in one way. The monitor's output, with all registers and words, was compared with that of
/// the same programs in QEMU for SDKs 1.4.1, 2.0.1 and 2.3.0.
@Suite struct FaultTests {
  /// Runs one domain with a read-only region at 0x4000000, uncached memory at 0x5000000 and a read-only region of 2 MiB
  /// at 0x6000000.
  private func run(
    _ body: String, sdk: SDKVersion = .v2_3_0, kernel: KernelConfiguration = .debug
  ) throws -> TestSystem.Run {
    let run = try TestSystem(
      sdk: sdk, kernel: kernel,
      programs: [
        "p": """
        word data[100] = {1};
        void init(void) { \(body) \(kernel == .debug ? "say(\"survives\");" : "") }
        void notified(word c) {}
        """
      ],
      xml: """
        <memory_region name="constant" size="0x1000"/>
        <memory_region name="uncached" size="0x1000"/>
        <memory_region name="large" size="0x200000"/>
        <protection_domain name="bad" stack_size="0x2000"><program_image path="p.elf"/>
          <map mr="constant" vaddr="0x4000000" perms="r"/>
          <map mr="uncached" vaddr="0x5000000" perms="rw" cached="false"/>
          <map mr="large" vaddr="0x6000000" perms="r"/>
        </protection_domain>
        """
    ).start()
    #expect(run.run() == .idle)
    return run
  }

  private func faultLines(_ run: TestSystem.Run) -> [String] {
    run.lines.filter { $0.hasPrefix("MON|ERROR: ") && !$0.contains("faulting PD") }
  }

  private func hasFault(_ run: TestSystem.Run, _ parts: String...) -> Bool {
    let text = faultLines(run).joined(separator: "\n")
    return parts.allSatisfy(text.contains) && !run.text.contains("survives")
  }

  @Test func writingToAReadOnlyMap() throws {
    let run = try run("*(volatile word *)0x4000008 = 1;")
    #expect(
      hasFault(
        run, "received message 0x00000006  badge: 0x0000000000000001  tcb cap: 0x000000000000000a",
        "fault_addr=0x0000000004000008  fsr=0x0000000093c", "(data fault)",
        "ec: 0x00000024  Data Abort from a lower Exception level   il: 1",
        "dfsc = permission fault, level 3 (0x0000000f) -- write not read"))
    #expect(run.reported.contains("'bad' writes 0x4000008 at init+"))
  }

  /// The system file does not state a page size, so tools since 2.0 use a page of 2 MiB.
  @Test(arguments: [(SDKVersion.v1_4_1, 3), (.v2_0_1, 2), (.v2_3_0, 2)])
  func writingToAReadOnlyLargePage(sdk: SDKVersion, level: Int) throws {
    let run = try run("*(volatile byte *)0x6000001 = 1;", sdk: sdk)
    #expect(hasFault(run, "dfsc = permission fault, level \(level) ", " -- write not read"))
  }

  @Test func writingToCode() throws {
    let run = try run("*(volatile word *)0x200000 = 1;")
    #expect(hasFault(run, "fault_addr=0x0000000000200000", "permission fault, level 3"))
  }

  @Test func executingData() throws {
    let run = try run("((void (*)(void))data)();")
    #expect(
      hasFault(run, "fsr=0x000000008200000f  (instruction fault)", "ec: 0x00000020"))
  }

  @Test func jumpingNowhere() throws {
    let run = try run("((void (*)(void))0)();")
    #expect(
      hasFault(
        run, "ip=0x0000000000000000  fault_addr=0x0000000000000000  fsr=0x0000000082000006"))
  }

  @Test(arguments: [(0x800_0000 as UInt64, 2), (0x5001000, 3), (0x40_0000_0000, 1)])
  func readingWhereNothingIs(address: UInt64, level: Int) throws {
    let run = try run("(void)*(volatile byte *)\(address)ul;")
    #expect(hasFault(run, "dfsc = translation fault, level \(level) (0x0000000\(level + 4))"))
  }

  @Test func overrunningTheStack() throws {
    let run = try run(
      """
      volatile char *sp;
      __asm__ volatile("mov %0, sp" : "=r"(sp));
      for (int i = 0; i < 0x2100; i += 64) sp[-i] = 1;
      """)
    #expect(
      hasFault(
        run, "translation fault, level 3", "-- write not read",
        "potential stack overflow, fault address within one page outside of stack region"))
  }

  @Test func callingWithoutACapability() throws {
    let run = try run(
      """
      struct message m = call(5, message(0, 0));
      puthex(m.info); puts("\\n");
      notify(5);
      say("still here");
      syscall(RECV, 15, message(0, 0), 4, 0);
      """)
    #expect(run.lines.contains("0x2001"))
    #expect(run.lines.contains("bad: still here"))
    #expect(
      hasFault(
        run, "CapFault: ", "fault_addr=0x000000000000000f  in_recv_phase=true",
        "lookup_failure_type=seL4_MissingCapability  bits_left=0x0000000000000000"))
    #expect(run.reported.contains("uses capability 79, which it does not have"))
    #expect(run.reported.contains("uses capability 15, which it does not have"))
  }

  @Test(arguments: [
    ("__asm__ volatile(\"brk #1\");", SDKVersion.v2_0_1, "0x00000008"),
    ("__asm__ volatile(\"brk #1\");", .v2_3_0, "0x00000004"),
    ("__asm__ volatile(\".word 0\");", .v2_3_0, "0x00000003"),
    ("__asm__ volatile(\"hvc #0\");", .v2_3_0, "0x00000003"),
    ("__asm__ volatile(\"smc #0\");", .v2_3_0, "0x00000003"),
    ("__asm__ volatile(\"mrs x0, midr_el1\" ::: \"x0\");", .v2_3_0, "0x00000003"),
    ("__asm__ volatile(\"mrs x0, cntvct_el0\" ::: \"x0\");", .v2_3_0, "0x00000008"),
    ("__asm__ volatile(\"dc ivac, %0\" :: \"r\"(data));", .v2_3_0, "0x00000003"),
    ("syscall(-100, 1, message(0, 0), 0, 0);", .v2_3_0, "0x00000002"),
  ])
  func instructionsThatProgramsMayNotUse(body: String, sdk: SDKVersion, label: String) throws {
    let run = try run(body, sdk: sdk)
    #expect(run.lines.contains { $0.hasPrefix("MON|ERROR: received message \(label)") })
    #expect(!run.text.contains("survives"))
  }

  /// `dc zva` traps, with the registers of that moment.
  @Test func zeroingACacheLine() throws {
    let run = try run(
      "__asm__ volatile(\"mov x9, #7\\n dc zva, %0\\n mov x9, #8\" :: \"r\"(data) : \"x9\");")
    #expect(hasFault(run, "received message 0x00000008", "ESR: 0x000000006212d"))
    #expect(run.lines.contains("x9 : 0x0000000000000007"))
  }

  @Test func allowedInstructions() throws {
    let run = try run(
      """
      word v;
      __asm__ volatile("dc cvac, %0\\n dc civac, %0\\n dc cvau, %0\\n ic ivau, %0" :: "r"(data));
      __asm__ volatile("mrs %0, ctr_el0\\n mrs %0, dczid_el0" : "=r"(v));
      puthex(v & 16); puts("\\n");
      __asm__ volatile("msr tpidr_el0, %0" :: "r"(77ul));
      __asm__ volatile("mrs %0, tpidr_el0" : "=r"(v));
      puthex(v); puts("\\n");
      __asm__ volatile("1: ldaxr %0, [%1]\\n stlxr w9, %0, [%1]\\n cbnz w9, 1b"
                       : "=&r"(v) : "r"(data) : "w9", "memory");
      """)
    #expect(run.lines == ["0x10", "0x4d", "bad: survives"])
  }

  // MARK: Device memory

  @Test(arguments: [
    "(void)*(volatile word *)0x5000004;", "*(volatile unsigned *)0x5000002 = 1;",
    "(void)*(volatile unsigned short *)0x5000001;",
  ])
  func unalignedAccessToUncachedMemory(body: String) throws {
    #expect(hasFault(try run(body), "dfsc = alignment fault (0x00000021)"))
  }

  @Test func exclusiveAccessToUncachedMemory() throws {
    let run = try run(
      "word v; __asm__ volatile(\"ldxr %0, [%1]\" : \"=r\"(v) : \"r\"(0x5000000ul));")
    #expect(hasFault(run, "fault_addr=0x0000000005000000", "(0x00000035)"))
  }

  @Test func alignedAccessToUncachedMemory() throws {
    let run = try run(
      """
      *(volatile word *)0x5000008 = 0x1122334455667788;
      *(volatile byte *)0x5000003 = 9;
      puthex(*(volatile unsigned *)0x500000c); puts("\\n");
      """)
    #expect(run.lines == ["0x11223344", "bad: survives"])
  }

  // MARK: Configurations

  /// A release kernel has no debug system calls, and its monitor prints nothing.
  @Test func releaseKernelsDoNotPrint() throws {
    let run = try run("putc('x');", kernel: .release)
    #expect(run.text == "")
    #expect(run.reported.contains("'bad' makes system call -12, which the kernel does not have"))
  }
}
