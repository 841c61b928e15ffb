// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings
import TargetTestSupport
import Testing

/// Two ends of a link, and the epochs that a supervisor counts.
struct LinkTests {
  private let memory = SharedMemory(byteCount: 64)

  private func words() throws -> LinkWords { try #require(LinkWords(memory.region, at: 48)) }

  @Test func wordsLieInsideTheirRegion() {
    #expect(LinkWords(memory.region, at: 49) == nil)
    #expect(LinkWords(memory.region, at: 56) == nil)
    #expect(LinkWords(memory.region, at: -8) == nil)
    #expect(LinkWords(memory.region, at: 44) == nil)
  }

  @Test func beginsAtOnceAtBootAndWithoutWords() throws {
    var server = try LinkServer(words())
    #expect(server.look(own: 0, client: 0) == .found)
    #expect(try LinkClient(words(), own: 0, server: 0).isConnected)
    var alone = LinkServer(nil)
    #expect(alone.look(own: 3, client: 5) == .found)
    #expect(alone.look(own: 3, client: 5) == .none)
    #expect(LinkClient(nil, own: 3, server: 5).isConnected)
  }

  @Test func aNewServerWaitsForItsClient() throws {
    var client = try LinkClient(words(), own: 0, server: 0)
    var server = try LinkServer(words())
    #expect(server.look(own: 1, client: 0) == .none)
    #expect(client.look(own: 0, server: 1) == .lost)
    #expect(client.look(own: 0, server: 1) == .none)
    #expect(server.leave(own: 1, client: 0))
    #expect(!server.leave(own: 1, client: 0), "is told once")
    #expect(client.look(own: 0, server: 1) == .found)
    #expect(server.look(own: 1, client: 0) == .none, "the queues are not reset yet")
    client.join(own: 0, server: 1)
    #expect(server.look(own: 1, client: 0) == .found)
    #expect(client.look(own: 0, server: 1) == .none)
  }

  @Test func aNewClientWaitsUntilItsServerHasLeft() throws {
    var server = try LinkServer(words())
    _ = server.look(own: 0, client: 0)
    var client = try LinkClient(words(), own: 1, server: 0)
    #expect(!client.isConnected)
    #expect(client.look(own: 1, server: 0) == .none)
    #expect(server.look(own: 0, client: 1) == .lost)
    #expect(client.look(own: 1, server: 0) == .none, "the device may still have buffers")
    #expect(server.leave(own: 0, client: 1))
    #expect(client.look(own: 1, server: 0) == .found)
    client.join(own: 1, server: 0)
    #expect(server.look(own: 0, client: 1) == .found)
  }

  @Test func wordsOfAnOlderEpochMeanNothing() throws {
    var server = try LinkServer(words())
    _ = server.look(own: 1, client: 1)
    #expect(server.leave(own: 1, client: 1))
    var client = try LinkClient(words(), own: 2, server: 1)
    #expect(client.look(own: 2, server: 1) == .none)
    client = try LinkClient(words(), own: 1, server: 2)
    #expect(client.look(own: 1, server: 2) == .none)
    client.join(own: 1, server: 1)
    var next = try LinkServer(words())
    #expect(next.look(own: 2, client: 1) == .none)
    #expect(next.look(own: 1, client: 2) == .none)
  }
}
