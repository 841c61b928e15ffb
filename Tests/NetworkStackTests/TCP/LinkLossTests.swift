// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import TestSupport
import Testing
import Time
import Wire

/// The link is lost for a minute during transfers.
@Suite struct LinkLossTests {
  private func transfer(_ seed: UInt64) throws -> Transfer {
    let link = Link(
      Host(), Host(IPv4Address(10, 0, 0, 2), hardware: MACAddress(2, 0, 0, 0, 0, 2)), seed: seed)
    link.rate = 1_000_000
    link.delay = .milliseconds(1)
    var random = SeededGenerator(seed: seed)
    return try Transfer(
      link, toServer: random.bytes(500_000), toClient: random.bytes(300_000))
  }

  /// If the stacks are told of its return, both continue at once instead of after a timeout that
  /// has grown to a minute.
  @Test(arguments: UInt64(1)...3)
  func minute(seed: UInt64) throws {
    let transfer = try transfer(seed)
    let link = transfer.link
    link.run(.milliseconds(200), step: transfer.step)
    let before = transfer.readByServer.count
    #expect(before > 0 && !transfer.isDone)
    link.isUp = false
    link.left.stack.linkChanged(isUp: false, now: link.now)
    link.right.stack.linkChanged(isUp: false, now: link.now)
    link.run(.seconds(60), step: transfer.step)
    #expect(transfer.readByServer.count < before + 50_000 && !transfer.failed)
    link.isUp = true
    link.left.stack.linkChanged(isUp: true, now: link.now)
    link.right.stack.linkChanged(isUp: true, now: link.now)
    #expect(link.run(.seconds(3), step: transfer.step) { transfer.isDone })
    #expect(transfer.isIntact && !transfer.failed)
  }

  /// If they are not told, as when a distant switch fails, the next timeouts resume the transfer.
  @Test(arguments: UInt64(1)...3)
  func silentMinute(seed: UInt64) throws {
    let transfer = try transfer(seed)
    let link = transfer.link
    link.run(.milliseconds(200), step: transfer.step)
    link.isUp = false
    link.run(.seconds(60), step: transfer.step)
    #expect(!transfer.failed)
    link.isUp = true
    #expect(link.run(.seconds(90), step: transfer.step) { transfer.isDone })
    #expect(transfer.isIntact && !transfer.failed)
  }
}
