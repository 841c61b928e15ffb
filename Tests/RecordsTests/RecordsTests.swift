// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Testing

@testable import Records

struct RecordsTests {
  @Test func viewsOnlyARecordOfItsMagic() {
    let bytes = RecordBytes<NetDriverConfig>().bytes
    #expect(RecordView<NetDriverConfig, [UInt8]>(bytes) != nil)
    #expect(RecordView<SerialDriverConfig, [UInt8]>(bytes) == nil)
    #expect(RecordView<NetDriverConfig, [UInt8]>([]) == nil)
  }

  @Test func countsNeverLeadOutOfTheRecord() throws {
    var record = RecordBytes<NetVirtTxConfig>()
    record[NetVirtTxConfig.clientCount] = 255
    let view = try #require(RecordView<NetVirtTxConfig, [UInt8]>(record.bytes))
    #expect(view.count(of: NetVirtTxConfig.clients, NetVirtTxConfig.clientCount) == 64)
    for index in [-1, 64, .max, .min] {
      let part = NetVirtTxConfig.clients[index] / NetVirtTxClient.connection
      #expect(part.offset + NetConnection.byteCount <= NetVirtTxConfig.byteCount)
      #expect(view[part].id == 0)
    }
  }

  @Test func bytesBeyondTheEndReadAsZeros() throws {
    let short = Array(RecordBytes<NetVirtTxConfig>().bytes.prefix(5))
    let view = try #require(RecordView<NetVirtTxConfig, [UInt8]>(short))
    #expect(view[NetVirtTxConfig.driver].freeQueue.size == 0)
  }

  @Test func textsEndAtTheirNULOrTheirField() throws {
    var record = RecordBytes<IPClientConfig>()
    let tooLong = record.set(IPClientConfig.hostName, to: String(repeating: "x", count: 64))
    let withNUL = record.set(IPClientConfig.hostName, to: "a\0b")
    let longest = record.set(IPClientConfig.hostName, to: String(repeating: "x", count: 63))
    #expect(!tooLong && !withNUL && longest)
    var view = try #require(RecordView<IPClientConfig, [UInt8]>(record.bytes))
    #expect(view.length(of: IPClientConfig.hostName) == 63)
    // A shorter text overwrites all of a longer one.
    let shorter = record.set(IPClientConfig.hostName, to: "ab")
    #expect(shorter)
    #expect(record.bytes[28..<92].allSatisfy { [0, 0x61, 0x62].contains($0) })
    var bytes = record.bytes
    for index in 28..<96 { bytes[index] = 0x79 }
    view = try #require(RecordView<IPClientConfig, [UInt8]>(bytes))
    #expect(view.length(of: IPClientConfig.hostName) == 64)
    #expect(view.byte(63, of: IPClientConfig.hostName) == 0x79)
    #expect(view.byte(64, of: IPClientConfig.hostName) == 0)
    #expect(view.byte(-1, of: IPClientConfig.hostName) == 0)
  }

  @Test func linkedBytesReadAsAnArrayDoes() throws {
    var record = RecordBytes<NetClientConfig>()
    record[NetClientConfig.transmit] = NetConnection(
      freeQueue: MappedRange(address: 0x1234_5678_9abc_def0, size: 7),
      activeQueue: MappedRange(address: 1, size: 2), bufferCount: 0xabcd, id: 3)
    record[NetClientConfig.macAddress] = MACAddress(1, 2, 3, 4, 5, 6)
    record.bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      // Safety: the bytes are only used in this closure, and the buffer lives until its end.
      let linked = unsafe LinkedBytes(start: start, count: buffer.count)
      let view = RecordView<NetClientConfig, LinkedBytes>(linked)
      #expect(view?[NetClientConfig.transmit] == record[NetClientConfig.transmit])
      #expect(view?[NetClientConfig.macAddress] == record[NetClientConfig.macAddress])
      #expect(linked.byte(at: -1) == 0)
      #expect(linked.byte(at: buffer.count) == 0)
      #expect(linked.number(at: buffer.count - 7) as UInt64 == 0)
      #expect(linked.number(at: .max) as UInt16 == 0)
    }
  }
}
