// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import TestSupport
import Testing

@testable import Records

struct SchemaTests {
  /// The byte range of a single number, address or text.
  private struct Leaf {
    var path: String
    var range: Range<Int>
  }

  private func leaves(_ kind: FieldKind, at offset: Int, _ path: String) -> [Leaf] {
    switch kind {
    case .number, .macAddress, .text, .data:
      [Leaf(path: path, range: offset..<(offset + kind.byteCount))]
    case .structure(name: _, byteCount: _, let fields):
      fields.flatMap { leaves($0.kind, at: offset + $0.offset, "\(path).\($0.name)") }
    case .list(let element, let capacity, countOffset: _):
      (0..<capacity).flatMap {
        leaves(element, at: offset + $0 * element.byteCount, "\(path)[\($0)]")
      }
    }
  }

  private func leaves(_ schema: RecordSchema) -> [Leaf] {
    schema.fields.flatMap { leaves($0.kind, at: $0.offset, $0.name) }
  }

  private static let sections = RecordSchema.all.map(\.section)

  private func schema(_ section: String) throws -> RecordSchema {
    try #require(RecordSchema.inSection(section))
  }

  /// C's layout rules for AArch64: fields in order, aligned to their size, without overlap, and no more padding than
  /// alignment requires. A forgotten field would leave a gap.
  @Test(arguments: sections) func fieldsFillTheRecord(_ section: String) throws {
    let schema = try schema(section)
    var end = schema.magic.byteCount
    var alignment = 1
    for leaf in leaves(schema).sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      #expect(leaf.range.lowerBound >= end, "\(leaf.path) overlaps what is before it")
      #expect(leaf.range.lowerBound - end < 8, "a hole before \(leaf.path)")
      if [2, 4, 8].contains(leaf.range.count) {
        #expect(leaf.range.lowerBound % leaf.range.count == 0, "\(leaf.path) is not aligned")
        alignment = max(alignment, leaf.range.count)
      }
      end = leaf.range.upperBound
    }
    // Serval's own records are padded to 8 bytes.
    let unit = schema.magic.bytes.starts(with: Array("Serval".utf8)) ? 8 : alignment
    #expect(schema.byteCount == (end + unit - 1) / unit * unit)
  }

  /// Every byte of every field survives decoding, with full lists.
  @Test(arguments: sections) func decodesWhatIsEncoded(_ section: String) throws {
    let schema = try schema(section)
    var bytes = [UInt8](repeating: 0, count: schema.byteCount)
    bytes.replaceSubrange(0..<schema.magic.byteCount, with: schema.magic.bytes)
    for leaf in leaves(schema) {
      // No report shows data.
      if ["data", "peers"].contains(leaf.path.split(separator: ".").last) { continue }
      // Texts need a NUL.
      let used = leaf.range.count > 8 ? leaf.range.dropLast() : leaf.range
      for index in used { bytes[index] = UInt8(index * 7 % 95) + 32 }
    }
    fillCounts(schema.fields, at: 0, &bytes)

    let record = DecodedRecord(bytes, as: schema)
    #expect(record.problems == [])
    var again = [UInt8](repeating: 0, count: schema.byteCount)
    again.replaceSubrange(0..<schema.magic.byteCount, with: schema.magic.bytes)
    encode(record.fields, schema.fields, &again)
    #expect(again == bytes)
  }

  private func fillCounts(_ fields: [FieldSchema], at base: Int, _ bytes: inout [UInt8]) {
    for field in fields {
      switch field.kind {
      case .list(let element, let capacity, let countOffset):
        if let countOffset { bytes[base + countOffset] = UInt8(capacity) }
        guard case .structure(name: _, byteCount: _, let inner) = element else { break }
        for index in 0..<capacity {
          fillCounts(inner, at: base + field.offset + index * element.byteCount, &bytes)
        }
      case .structure(name: _, byteCount: _, let inner):
        fillCounts(inner, at: base + field.offset, &bytes)
      case .number, .macAddress, .text, .data:
        break
      }
    }
  }

  private func encode(
    _ decoded: [DecodedField], _ fields: [FieldSchema], _ bytes: inout [UInt8]
  ) {
    #expect(decoded.map(\.name) == fields.map(\.name))
    for (value, field) in zip(decoded, fields) {
      encode(value.value, field.kind, at: value.offset, &bytes)
    }
  }

  private func encode(
    _ value: DecodedValue, _ kind: FieldKind, at offset: Int, _ bytes: inout [UInt8]
  ) {
    switch (value, kind) {
    case (.data(let used, _), .data): #expect(used == 0)
    case (.number(let number, _), .number(let byteCount, _)):
      for index in 0..<byteCount {
        bytes[offset + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
      }
    case (.macAddress(let address), _):
      for index in 0..<6 { bytes[offset + index] = address[octet: index] }
    case (.text(let text), _):
      bytes.replaceSubrange(offset..<(offset + text.utf8.count), with: Array(text.utf8))
    case (.structure(let inner), .structure(name: _, byteCount: _, let fields)):
      encode(inner, fields, &bytes)
    case (.list(let values, storedCount: _, capacity: _), .list(let element, _, countOffset: _)):
      for (index, value) in values.enumerated() {
        encode(value, element, at: offset + index * element.byteCount, &bytes)
      }
    default:
      Issue.record("\(value) is not of its schema's kind")
    }
  }

  @Test func decodesOnlyTheElementsInUse() throws {
    var record = RecordBytes<NetVirtRxConfig>()
    record[NetVirtRxConfig.clientCount] = 1
    let client = NetVirtRxConfig.clients[0]
    record[client / NetVirtRxClient.macCount] = 1
    record[(client / NetVirtRxClient.macAddresses)[0]] = MACAddress(1, 2, 3, 4, 5, 6)
    let decoded = try DecodedRecord(record.bytes, as: schema(".net_virt_rx_config"))
    #expect(decoded.problems == [])
    let clients = try #require(decoded.fields.first { $0.name == "clients" })
    #expect(clients.typeName == "net_virt_rx_client_config_t[64]")
    guard case .list(let elements, storedCount: 1, capacity: 64) = clients.value,
      case .structure(let fields)? = elements.first
    else {
      Issue.record("\(clients.value)")
      return
    }
    #expect(elements.count == 1)
    let addresses = try #require(fields.first { $0.name == "mac_addrs" })
    #expect(addresses.offset == 128)
    #expect(
      addresses.value
        == .list([.macAddress(MACAddress(1, 2, 3, 4, 5, 6))], storedCount: 1, capacity: 64))
  }

  @Test func reportsWhatIsWrong() throws {
    var record = RecordBytes<DeviceResources>()
    record[DeviceResources.regionCount] = 255
    var bytes = record.bytes
    bytes[4] = 9
    bytes.removeLast()
    let decoded = try DecodedRecord(bytes, as: schema(".device_resources"))
    #expect(
      decoded.problems == [
        .wrongSize(1607, expected: 1608), .wrongMagic([0x73, 0x44, 0x44, 0x46, 9]),
        .countTooLarge(field: "regions", count: 255, capacity: 64),
      ])
    let text = try DecodedRecord(
      Array(RecordBytes<NFSConfig>().bytes.prefix(8)) + [UInt8](repeating: 0x61, count: 8192),
      as: schema(".nfs_config"))
    #expect(
      text.problems == [.textWithoutNUL(field: "server"), .textWithoutNUL(field: "export")])
    #expect(try DecodedRecord([], as: schema(".net_virt_tx_config")).problems.count == 2)
  }

  @Test func findsTheRecordThatAFileHolds() {
    let found = RecordSchema.matching(RecordBytes<NetCopyConfig>().bytes).map(\.name)
    #expect(found == ["net_copy_config"])
    #expect(
      RecordSchema.matching(RecordBytes<FileSystemClientConfig>().bytes).map(\.name)
        == ["fs_client_config", "fs_server_config"])
    #expect(RecordSchema.matching([]).isEmpty)
    for schema in RecordSchema.all {
      #expect(RecordSchema.inSection(schema.section)?.name == schema.name)
    }
  }

  @Test func survivesMutation() {
    var random = SeededGenerator(seed: 1)
    for schema in RecordSchema.all where schema.byteCount < 10_000 {
      for _ in 0..<50 {
        let bytes = random.bytes(schema.byteCount)
        let cut = Array(bytes.prefix(random.below(bytes.count + 1)))
        #expect(DecodedRecord(cut, as: schema).fields.count == schema.fields.count)
      }
    }
  }
}
