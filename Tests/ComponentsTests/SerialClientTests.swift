// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SerialComponents
import TargetTestSupport
import Testing

@Suite struct SerialClientTests {
  private let output: SerialPair
  private let input: SerialPair

  init() throws {
    output = try #require(SerialPair(capacity: 8))
    input = try #require(SerialPair(capacity: 8))
  }

  private func client() -> SerialClient { SerialClient(output: output.ring, input: input.ring) }

  @Test func textShowsWhenItIsPublished() {
    var client = client()
    for byte in "hello".utf8 { client.write(byte) }
    #expect(output.count == 0)
    client.publish()
    #expect(output.takeText() == "hello")
    #expect(client.dropped == 0)
  }

  @Test func whatHasNoRoomIsDroppedAndCounted() {
    var client = client()
    for byte in "0123456789".utf8 { client.write(byte) }
    client.publish()
    #expect(client.dropped == 2)
    #expect(output.takeText() == "01234567")
    for byte in "ab".utf8 { client.write(byte) }
    client.publish()
    #expect(output.takeText() == "ab" && client.dropped == 2)
  }

  @Test func bytesComeOneByOneAndTheirRoomIsGivenBack() {
    var client = client()
    #expect(client.read() == nil)
    for round in 0..<5 {
      input.put("\(round)abcdef")
      var text: [UInt8] = []
      while let byte = client.read() { text.append(byte) }
      #expect(text == Array("\(round)abcdef".utf8))
      #expect(input.count == 0)
    }
  }

  @Test func withoutInputNothingIsRead() {
    var client = SerialClient(output: output.ring, input: nil)
    input.put("x")
    #expect(client.read() == nil)
  }

  /// After an impossible index from a virtualiser, its direction stops, the other continues, and nothing traps.
  @Test(arguments: [1, 9, UInt32(0x8000_0000)]) func aLyingVirtualiserIsLeftAlone(index: UInt32) {
    var client = client()
    output.head = index
    for _ in 0..<20 { client.write(0x61) }
    #expect(client.dropped == 20)
    output.head = 0
    client.write(0x61)
    #expect(client.dropped == 21, "it is not trusted again")
    input.put("x")
    #expect(client.read() == 0x78)

    input.tail = 200
    #expect(client.read() == nil)
    input.tail = 2
    #expect(client.read() == nil)
  }
}
