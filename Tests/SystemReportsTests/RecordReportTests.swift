// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Boards
import ELFImage
import Records
import Subsystems
import Systems
import TestSupport
import Testing

@testable import SystemReports

@Suite struct RecordReportTests {
  @Test func wholeTextOfARecord() throws {
    var timer = RecordBytes<TimerClientConfig>()
    timer[TimerClientConfig.driverID] = 3
    #expect(
      try #require(RecordReport.records(inFile: timer.bytes).first).text == """
        timer_client_config_t in section .timer_client_config, 6 bytes
          5  driver_id  3  uint8_t

        """)
  }

  @Test func structuresAndListsAreFlat() throws {
    let lines = try #require(RecordReport.records(inFile: receiveRecord).first).fields
    #expect(
      lines.first
        == .init(
          name: "driver.free_queue.vaddr", offset: 8, type: "uint64_t", value: "0x20000000"))
    func value(_ name: String) -> String? { lines.first { $0.name == name }?.value }
    #expect(value("driver.id") == "7")
    #expect(value("clients") == "1 of 64")
    #expect(value("clients[0].conn.num_buffers") == "512")
    #expect(value("clients[0].mac_addrs") == "2 of 64")
    #expect(value("clients[0].mac_addrs[1]") == "52:54:01:00:00:11")
    // The second address follows the first after six bytes.
    let macs = lines.filter { $0.name.hasPrefix("clients[0].mac_addrs[") }
    #expect(macs.map(\.offset) == [macs[0].offset, macs[0].offset + 6])
  }

  private struct Setting: ProgramRecord {
    static var name: StaticString { "setting" }
    var level = -7
    var isOn = true
    var title: RecordText<8> = "a\"b"
    mutating func visit(_ fields: inout some RecordFields) {
      fields.visit("level", &level)
      fields.visit("isOn", &isOn)
      fields.visit("title", &title)
    }
  }

  private struct OldSetting: ProgramRecord {
    static var name: StaticString { "setting" }
    var level = -7
    mutating func visit(_ fields: inout some RecordFields) { fields.visit("level", &level) }
  }

  /// By field if the type is known, otherwise as bytes.
  @Test func recordsOfPrograms() throws {
    var section = ProgramRecords.empty
    try ProgramRecords.add(Setting(), to: &section)
    let image = try ELFImage(
      StubELF(sections: [.init(".program_records", section)]).bytes, name: "a")
    #expect(
      RecordReport.records(in: image, knowing: [Setting.self]).map(\.text) == [
        """
        setting in section .program_records, 17 bytes
          0  level  -7      int64_t
          8  isOn   true    bool
          9  title  "a\\"b"  char[8]

        """
      ])
    let bytes = """
        0  bytes  f9 ff ff ff ff ff ff ff 01 61 22 62 00 00 00 00  .........a"b....  uint8_t[16]

      """
    #expect(
      RecordReport.records(in: image).map(\.text) == [
        "setting in section .program_records, 17 bytes\n" + bytes.replacing("\n\n", with: "\n")
      ])
    let old = RecordReport.records(inFile: section, knowing: [OldSetting.self])
    #expect(
      old.map(\.problems) == [["it has other properties than the type that this tool knows"]])
    #expect(
      RecordReport.records(
        in: try ELFImage(
          StubELF(sections: [
            .init(".program_records", byteCount: 16384)
          ]).bytes, name: "a")
      ).isEmpty)
  }

  @Test func imagesShowTheRecordsOfTheirSections() throws {
    let stub = StubELF(sections: [
      .init(".net_virt_rx_config", receiveRecord), .init(".rodata", byteCount: 8),
      .init(".timer_client_config", byteCount: TimerClientConfig.byteCount),
    ])
    let reports = RecordReport.records(in: try ELFImage(stub.bytes, name: "stub.elf"))
    #expect(reports.map(\.name) == ["net_virt_rx_config", "timer_client_config"])
    #expect(reports[0].problems == [])
    #expect(reports[0] == RecordReport.records(inFile: receiveRecord)[0])
    // An image into which no records have been written.
    #expect(
      reports[1].problems.first?.hasPrefix("its first bytes are not this record's: 0 0 0") == true)
  }

  @Test(arguments: Board.builtIn.map(\.name)) func everyGeneratedRecordReads(_ name: String) throws
  {
    let board = try Board.named(name)
    for system in builtInSystems {
      let required = system.options.filter { $0.defaultValue == nil }
      let choices = try SystemChoices(
        for: system,
        values: Dictionary(
          required.map { ($0.name, $0.name == "program" ? "site" : "10.0.2.2") },
          uniquingKeysWith: { first, _ in first }))
      for record in try system.layout(board: board, tree: board.tree(), choices).records {
        let reports = RecordReport.records(inFile: record.bytes, fileName: "out/\(record.fileName)")
        #expect(reports.contains { $0.section == record.section }, "\(record.fileName)")
        #expect(reports.allSatisfy { $0.problems.isEmpty }, "\(record.fileName)")
        #expect(reports.count == 1, "\(record.fileName)")
      }
    }
  }

  @Test func otherFilesHaveNoRecords() {
    #expect(RecordReport.records(inFile: []) == [])
    #expect(RecordReport.records(inFile: Array(repeating: 0, count: 27744)) == [])
    #expect(RecordReport.records(inFile: Array(receiveRecord.dropLast())) == [])
  }

  @Test func wrongValuesAreProblems() throws {
    var record = receiveRecord
    let count = NetVirtRxConfig.clientCount.offset
    record[count] = 200
    let report = try #require(RecordReport.records(inFile: record).first)
    #expect(report.problems == ["'clients' has 200 elements, but room for 64"])
    #expect(report.text.contains("  problem: 'clients' has 200"))
  }

  @Test func textCannotWriteToTheTerminal() throws {
    let schema = try #require(RecordSchema.inSection(".serial_virt_tx_config"))
    let bytes = [UInt8](repeating: 0x1b, count: schema.byteCount)
    let report = RecordReport(DecodedRecord(bytes, as: schema), byteCount: bytes.count)
    #expect(!report.text.contains("\u{1b}"))
    let named = RecordReport(
      name: "a\u{1b}[2Jb", section: ".\u{1b}c", byteCount: 0, fields: [], problems: ["\u{1b}"])
    #expect(!named.text.contains("\u{1b}") && named.text.contains("[2Jb"))
  }

  /// Any bytes in place of a record give a report, never a crash.
  /// `SERVAL_FUZZ_ITERATIONS` lengthens it.
  @Test func anyBytesGiveAReport() {
    let iterations = fuzzIterations(3)
    var random = SeededGenerator(seed: 0x5eed)
    for _ in 0..<iterations {
      for schema in RecordSchema.all {
        var bytes = [UInt8](repeating: 0, count: schema.byteCount)
        for _ in 0..<(random.next() % 64) {
          bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
        }
        bytes.removeLast(Int(random.next() % UInt64(bytes.count + 1)))
        let report = RecordReport(DecodedRecord(bytes, as: schema), byteCount: bytes.count)
        #expect(!report.text.isEmpty)
      }
    }
  }

  private var receiveRecord: [UInt8] {
    var record = RecordBytes<NetVirtRxConfig>()
    record[NetVirtRxConfig.driver / NetConnection.freeQueue / MappedRange.address] = 0x2000_0000
    record[NetVirtRxConfig.driver / NetConnection.id] = 7
    let client = NetVirtRxConfig.clients[0]
    record[client / NetVirtRxClient.connection / NetConnection.bufferCount] = 512
    record[client / NetVirtRxClient.macCount] = 2
    record[(client / NetVirtRxClient.macAddresses)[1]] = MACAddress(0x52, 0x54, 1, 0, 0, 0x11)
    record[NetVirtRxConfig.clientCount] = 1
    return record.bytes
  }
}
