// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage
import SystemModel
import TestSupport
import Testing

@testable import Emulator

@Suite struct GaugeTests {
  private static let silent = "void init(void) {} void notified(word c) {}"
  private static let gauge = #"__attribute__((section(".data"))) word serval_gauge_pool[3];"#

  private func start(_ programs: [String: String]) throws -> TestSystem.Run {
    let domains = programs.keys.sorted().map {
      #"<protection_domain name="\#($0)"><program_image path="\#($0).elf"/></protection_domain>"#
    }
    return try TestSystem(programs: programs, xml: domains.joined()).start()
  }

  /// The rows of the memory table, with single spaces.
  private func rows(_ run: TestSystem.Run) -> [String] {
    let lines = run.machine.statisticsText().split(separator: "\n")
    guard let head = lines.firstIndex(where: { $0.contains("bytes in use") }) else { return [] }
    return lines[(head + 1)..<(lines.count - 1)].map {
      $0.split(separator: " ").joined(separator: " ")
    }
  }

  @Test func figuresAreWhatTheProgramHasNow() throws {
    let body = """
      \(Self.gauge)
      __attribute__((section(".data"))) word serval_gauge_heap[3] = {4096, 16, 32};
      void init(void) {
        serval_gauge_pool[0] = 1000; serval_gauge_pool[1] = 7; serval_gauge_pool[2] = 900;
        syscall(RECV, 1, message(0, 0), 4, 0);
        serval_gauge_pool[1] = 8;
      }
      void notified(word c) {}
      """
    let run = try TestSystem(
      programs: ["a": body, "b": "void init(void) { notify(1); } void notified(word c) {}"],
      xml: """
        <protection_domain name="a" priority="9"><program_image path="a.elf"/></protection_domain>
        <protection_domain name="b" priority="8"><program_image path="b.elf"/></protection_domain>
        <channel><end pd="a" id="1"/><end pd="b" id="1"/></channel>
        """
    ).start()
    // A gauge of zeros is left out: the heap has not been set up yet.
    #expect(rows(run) == ["a heap 16 32 4096"])
    var seen = Set<[String]>()
    for _ in 0..<2000 where run.machine.run(until: run.machine.now + 100) == .timeOver {
      seen.insert(rows(run))
    }
    #expect(seen.contains(["a heap 16 32 4096", "a pool 7 900 1000"]))
    run.run()
    #expect(rows(run) == ["a heap 16 32 4096", "a pool 8 900 1000"])
  }

  @Test func programsWithoutGaugesAreNotListed() throws {
    let run = try start([
      "a": Self.silent,
      "b": "word heap_start[3] = {3, 2, 1}, gauge_heap[3] = {3, 1, 2};" + Self.silent,
    ])
    run.run()
    #expect(!run.machine.statisticsText().contains("bytes in use"))
  }

  @Test(arguments: ["9, 3, 2", "9, 3, 10", "0, 0, 1", "9, -1ul, -1ul", "-1ul, -1ul, 0"])
  func inconsistentFiguresAreShownAsDamaged(_ words: String) throws {
    let run = try start([
      "a": #"__attribute__((section(".data"))) word serval_gauge_heap[3] = {\#(words)};"#
        + Self.silent
    ])
    #expect(rows(run) == ["a heap damaged"])
  }

  @Test func theLargestFiguresAreValid() throws {
    let run = try start([
      "a": #"__attribute__((section(".data"))) word serval_gauge_heap[3] = {-1ul, -1ul, -1ul};"#
        + Self.silent
    ])
    #expect(rows(run) == ["a heap \(UInt64.max) \(UInt64.max) \(UInt64.max)"])
  }

  /// A linker script's symbol for a heap that the program does not have is the start of something else.
  @Test func wordsBehindTheSectionAreNotRead() throws {
    let run = try start([
      "a": """
      __attribute__((section(".data"))) word before[3] = {9, 1, 2};
      __attribute__((section(".data.z"))) word late[2] = {9, 1};
      __asm__(".globl serval_gauge_late, serval_gauge_heap\\n"
              ".set serval_gauge_late, late\\n.set serval_gauge_heap, late + 16\\n");
      \(Self.silent)
      """
    ])
    #expect(rows(run).isEmpty)
  }

  @Test(arguments: [
    "serval_gauge_", "serval_gauge_$x", "serval_gauge_\(String(repeating: "a", count: 33))",
  ])
  func invalidNames(_ name: String) throws {
    let run = try start([
      "a": """
      __asm__(".section .data\\n.globl \\"\(name)\\"\\n\\"\(name)\\": .xword 9, 1, 2\\n");
      \(Self.silent)
      """
    ])
    #expect(rows(run).isEmpty)
  }

  // MARK: Images that lie

  /// An image with a gauge, and the memory that it runs in.
  private struct Subject {
    var bytes: [UInt8]
    var memory: AddressSpace
    var symbol: ELFSymbol
    /// The offset of the symbol's entry in the file (gABI, chapter 4: section at byte 6, value at byte 8).
    var entry: Int
    var section: ELFSection

    func gauges(_ change: (inout [UInt8]) -> Void) -> [Gauge]? {
      var bytes = bytes
      change(&bytes)
      guard let image = try? ELFImage(bytes, name: "a.elf") else { return nil }
      return Gauge.all(of: image, in: memory)
    }
  }

  private func subject() throws -> Subject {
    let source = Self.gauge.replacing("[3];", with: "[3] = {9, 1, 2};") + Self.silent
    let run = try start(["a": source])
    let bytes = try TestSystem.compile(source, sdk: .v2_3_0)
    let image = try ELFImage(bytes, name: "a.elf")
    let symbol = try image.symbol(named: "serval_gauge_pool")
    let table = try image.section(named: ".symtab")
    let entry = try #require(
      stride(from: Int(table.fileOffset), to: Int(table.fileOffset + table.size), by: 24).first {
        image.bytes[($0 + 8)..<($0 + 16)].elementsEqual(Self.bytes(symbol.value))
          && image.bytes[$0 + 4] & 15 == symbol.type
      })
    let thread = try #require(run.machine.kernel.threads.first)
    return Subject(
      bytes: bytes, memory: thread.processor.addressSpace, symbol: symbol, entry: entry,
      section: image.sections[Int(symbol.section)])
  }

  private static func bytes(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  @Test func symbolsOutsideTheirSectionAreIgnored() throws {
    let subject = try subject()
    #expect(subject.gauges { _ in }?.map(\.used) == [1])
    let end = subject.section.address + subject.section.size
    for value in [0, 1, subject.section.address - 1, end - 23, end, 1 << 40, .max - 23, .max] {
      let found = subject.gauges {
        $0.replaceSubrange((subject.entry + 8)..<(subject.entry + 16), with: Self.bytes(value))
      }
      #expect(found == [], "\(value)")
    }
    for section: UInt16 in [0, 0xff00, 0xfff1, 0xffff] {
      let found = subject.gauges {
        $0[subject.entry + 6] = UInt8(section & 0xff)
        $0[subject.entry + 7] = UInt8(section >> 8)
      }
      #expect(found == [], "\(section)")
    }
  }

  @Test func mutatedImages() throws {
    let subject = try subject()
    var generator = SeededGenerator(seed: 1)
    // Only headers and tables: nothing else is parsed.
    let image = try ELFImage(subject.bytes, name: "a.elf")
    let tables = [".symtab", ".strtab"].compactMap { try? image.section(named: $0) }.flatMap {
      Array(Int($0.fileOffset)..<Int($0.fileOffset + $0.size))
    }
    let headers =
      Array(0..<64) + Array((subject.bytes.count - 64 * image.sections.count)..<subject.bytes.count)
    var read = 0
    for _ in 0..<fuzzIterations(300) {
      let found = subject.gauges { bytes in
        for _ in 0...generator.below(3) {
          let place = generator.below(2) == 0 ? tables : headers
          bytes[place[generator.below(place.count)]] = UInt8(generator.below(256))
        }
      }
      if found != nil { read += 1 }
    }
    #expect(read > 0)
  }
}
