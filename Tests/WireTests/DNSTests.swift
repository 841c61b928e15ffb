// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Testing
import Wire

@Suite struct DNSTests {
  func name(_ text: String) throws -> DNSName {
    try #require(Array(text.utf8).lend { DNSName(text: $0) })
  }

  @Test func names() throws {
    let written = try name("www.Example.org.")
    #expect(written.byteCount == 17)
    let bytes = [UInt8].written(17) { written.write(to: &$0, at: 0) }
    #expect(
      bytes == [3] + Array("www".utf8) + [7] + Array("Example".utf8) + [3] + Array("org".utf8) + [0]
    )
    #expect(try written == name("WWW.example.ORG"))
    #expect(try written != name("www.example.com"))
    for bad in ["", ".", "a..b", ".a", String(repeating: "a", count: 64), "a.."] {
      #expect(Array(bad.utf8).lend { DNSName(text: $0) == nil }, "\(bad)")
    }
    let label = String(repeating: "a", count: 63)
    let longest = "\(label).\(label).\(label).\(String(repeating: "a", count: 61))"
    #expect(try name(longest).byteCount == 255)
    #expect(Array((longest + "a").utf8).lend { DNSName(text: $0) == nil })
  }

  @Test func pointers() throws {
    // "org" at 0, "example" + pointer to 0 at 5, pointer to 5 at 15.
    let message: [UInt8] =
      [3] + Array("org".utf8) + [0, 7] + Array("example".utf8) + [0xc0, 0, 0xc0, 5]
    var offset = 15
    let parsed = message.lend { DNSName(parsing: $0, at: &offset) }
    #expect(try parsed == name("example.org") && offset == 17)
    for loop: [UInt8] in [
      [0xc0, 0], [1, 97, 0xc0, 0], [0xc0, 2, 0xc0, 0], [0xc0], [0x40, 1], [5, 97],
    ] {
      var start = 0
      #expect(loop.lend { DNSName(parsing: $0, at: &start) == nil }, "\(loop)")
    }
  }

  @Test func query() throws {
    let query = try DNSQuery(identifier: 0xabcd, name: name("a.bc"))
    let bytes: [UInt8] = [
      0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 2, 98, 99, 0, 0, 1, 0, 1,
    ]
    #expect(query.byteCount == bytes.count)
    #expect([UInt8].written(bytes.count) { query.write(to: &$0, at: 0) } == bytes)
    #expect(bytes.lend { DNSQuery(parsing: $0) == query })
    #expect(truncations(bytes, least: bytes.count) { DNSQuery(parsing: $0) != nil })
  }

  /// An answer with an alias, compressed as resolvers send it.
  func answer(flags: UInt16 = 0x8180, records: UInt8 = 3) -> [UInt8] {
    var bytes: [UInt8] = [
      0xab, 0xcd, UInt8(flags >> 8), UInt8(flags & 0xff), 0, 1, 0, records, 0, 0, 0, 0,
    ]
    bytes += [1, 97, 2, 98, 99, 0, 0, 1, 0, 1]
    // a.bc is an alias for x.bc, which has two addresses.
    bytes += [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 120, 0xc0, 14]
    bytes += [0xc0, 34, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 192, 0, 2, 1]
    bytes += [0xc0, 34, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 192, 0, 2, 2]
    return bytes
  }

  @Test func answers() throws {
    let query = try DNSQuery(identifier: 0xabcd, name: name("A.bc"))
    let found = try #require(answer().lend { DNSAnswer(parsing: $0, to: query) })
    #expect(found.outcome == .found && found.addressCount == 2 && found.timeToLive == 60)
    #expect(found.addresses[0] == IPv4Address(192, 0, 2, 1))
    #expect(found.addresses[1] == IPv4Address(192, 0, 2, 2))
    let bytes = answer()
    #expect(truncations(bytes, least: bytes.count) { DNSAnswer(parsing: $0, to: query) != nil })
    // To another question, with another identifier, or not an answer at all.
    let other = try DNSQuery(identifier: 0xabcd, name: name("b.bc"))
    #expect(bytes.lend { DNSAnswer(parsing: $0, to: other) == nil })
    let number = try DNSQuery(identifier: 0xabce, name: name("a.bc"))
    #expect(bytes.lend { DNSAnswer(parsing: $0, to: number) == nil })
    #expect(answer(flags: 0x0180).lend { DNSAnswer(parsing: $0, to: query) == nil })
    #expect(
      answer(flags: 0x8183).lend { DNSAnswer(parsing: $0, to: query)?.outcome } == .noSuchName)
    #expect(
      answer(flags: 0x8182).lend { DNSAnswer(parsing: $0, to: query)?.outcome }
        == .failed(code: 2))
    #expect(
      answer(records: 1).lend { DNSAnswer(parsing: $0, to: query)?.outcome } == .noAddress)
    // Truncated behind the alias: the message is not malformed.
    let cut = Array(answer(flags: 0x8380)[..<40])
    #expect(cut.lend { DNSAnswer(parsing: $0, to: query)?.outcome } == .failed(code: 0))
  }
}
