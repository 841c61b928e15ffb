// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkStack
import TestSupport
import Time
import Wire

/// Two hosts on a link that delays, loses, repeats, reorders and corrupts frames, in virtual time.
final class Link {
  let left: Host
  let right: Host
  var random: SeededGenerator
  var delay = Interval.milliseconds(5)
  /// Frequencies in frames per thousand.
  var loss = 0
  var repetition = 0
  var reordering = 0
  var corruption = 0
  /// Removes timestamps from SYNs, so that neither side uses them.
  var stripsTimestamps = false
  /// Bytes per second; 0 for no limit.
  var rate: UInt64 = 0
  var isUp = true
  /// Prints the segments, for debugging.
  var isTraced = false
  private var flying: [(at: Instant, order: Int, toRight: Bool, frame: [UInt8])] = []
  private var order = 0
  private var busy = (Instant(nanoseconds: 0), Instant(nanoseconds: 0))
  var carried = 0

  init(_ left: Host, _ right: Host, seed: UInt64 = 1) {
    self.left = left
    self.right = right
    random = SeededGenerator(seed: seed)
  }

  var now: Instant { left.now }

  private func launch(_ frames: [[UInt8]], toRight: Bool) {
    for var frame in frames {
      carried += 1
      guard isUp, !random.chance(loss) else { continue }
      if stripsTimestamps { frame.stripTimestamps() }
      if random.chance(corruption) {
        // The link header has a check sequence of its own, so it stays intact.
        let bit = random.below((frame.count - 14) * 8)
        frame[14 + bit / 8] ^= 1 << UInt8(bit % 8)
      }
      var start = now
      if rate > 0 {
        let free = toRight ? busy.0 : busy.1
        start = max(now, free) + Interval(nanoseconds: UInt64(frame.count) * 1_000_000_000 / rate)
        if toRight { busy.0 = start } else { busy.1 = start }
      }
      var copies = 1
      if random.chance(repetition) { copies = 2 }
      if isTraced, let packet = Packet(frame), let tcp = packet.tcp {
        let range = "\(tcp.sequence.value)+\(packet.payload.count)"
        let blocks = (0..<packet.options.blockCount).map {
          "\(packet.options.blocks[$0].start.value)-\(packet.options.blocks[$0].end.value)"
        }
        print(
          now.nanoseconds / 1000, toRight ? ">" : "<", tcp.flags.rawValue, range, "ack",
          tcp.acknowledgement.value, "window", tcp.window, blocks)
      }
      for _ in 0..<copies {
        var at = start + delay
        if random.chance(reordering) {
          at = at + Interval(nanoseconds: random.next() % (3 * max(delay.nanoseconds, 1_000_000)))
        }
        order += 1
        flying.append((at, order, toRight, frame))
      }
    }
  }

  func collect() {
    launch(left.output.drain(), toRight: true)
    launch(right.output.drain(), toRight: false)
  }

  /// Runs until `isDone` returns true, for at most `limit`; true if it did. `step` is called after
  /// each event.
  @discardableResult
  func run(_ limit: Interval, step: () -> Void = {}, until isDone: () -> Bool = { false }) -> Bool {
    let end = now + limit
    var steps = 0
    while true {
      left.poll()
      right.poll()
      step()
      left.poll()
      right.poll()
      collect()
      if isDone() { return true }
      var next = min(left.stack.nextDeadline, right.stack.nextDeadline)
      for flight in flying { next = min(next, flight.at) }
      guard next <= end else {
        left.now = end
        right.now = end
        return isDone()
      }
      left.now = max(left.now, next)
      right.now = left.now
      let arriving = flying.filter { $0.at <= now }.sorted { ($0.at, $0.order) < ($1.at, $1.order) }
      flying.removeAll { $0.at <= now }
      for flight in arriving { (flight.toRight ? right : left).receive(flight.frame) }
      steps += 1
      precondition(steps < 20_000_000, "the stacks do not rest")
    }
  }
}
