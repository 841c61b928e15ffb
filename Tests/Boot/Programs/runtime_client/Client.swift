// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Microkit
import SerialWiring
import TimerWiring

/// Runs one step after another, and prints a line for each.
struct Client: ProtectionDomain, ~Copyable {
  private enum Step {
    case start
    case deferred
    case ping
    case unknownCall
    case stopped
    case restarted
    case done
  }

  private static var server: Channel { Channel(0) }
  private static var probe: Channel { Channel(3) }
  private static var child: Child { Child(0) }

  private var console: Console
  private let timer: TimerClient
  private var step = Step.start
  private var seen = ChannelSet(bits: 0)
  private var faults: UInt64 = 0

  init(console: consuming Console, timer: TimerClient) {
    self.console = console
    self.timer = timer
    let counts: InlineArray<6, Int> = [0, 1, 4, 5, 63, 120]
    for index in counts.indices { call(words: counts[index]) }
    report("a call without meaning is refused", Self.server.call(Message(label: 99)) == .refused)
    report("a channel that nobody has does nothing", Channel(62).call(Message()) == Message())
  }

  private mutating func call(words count: Int) {
    var message = Message(label: 1, count: count, 3, 6, 9, 12)
    for index in 4..<max(count, 4) { message.setWord(index, UInt64(3 &* index &+ 3)) }
    let answer = Self.server.call(message)
    var same = answer.label == 2 && answer.count == count
    for index in 0..<count where answer.word(index) != UInt64(3 &* index &+ 4) { same = false }
    console.write(decimal: UInt64(count))
    report(" words there and back", same)
  }

  private mutating func report(_ text: StaticString, _ good: Bool) {
    console.write(text)
    console.write(good ? ": ok\n" : ": FAILED\n")
    console.flush()
  }

  mutating func notified(_ channels: ChannelSet) {
    seen = ChannelSet(bits: seen.bits | channels.bits)
    switch step {
    case .start where consumeSignal(of: Self.probe):
      report("a child starts", true)
      step = .deferred
      report("a call that signals", Self.server.call(Message(label: 3)).label == 4)
    case .deferred where seen.contains(1) && seen.contains(2):
      report("a displaced deferred signal arrives", true)
      step = .ping
      Self.probe.notify()
    case .ping where consumeSignal(of: Self.probe):
      report("a child answers", true)
      step = .unknownCall
      Self.probe.notify()
    case .unknownCall where consumeSignal(of: Self.probe):
      report("a child goes on after its fault", faults == 1)
      step = .stopped
      report("a child is stopped", Self.child.stop())
      Self.probe.notify()
      timer.setTimeout(nanoseconds: 200_000_000)
    case .stopped where consumeSignal(of: timer.channel):
      report("a stopped child is silent", !seen.contains(Self.probe))
      seen = ChannelSet(bits: 0)
      step = .restarted
      report("a child is restarted", Self.child.restart())
    case .restarted where consumeSignal(of: Self.probe):
      report("a restarted child starts", true)
      step = .done
      report("a child that is not there cannot be stopped", !Child(5).stop())
      console.write("all done\n")
      console.flush()
    default:
      break
    }
  }

  private mutating func consumeSignal(of channel: Channel) -> Bool {
    guard seen.contains(channel) else { return false }
    seen = ChannelSet(bits: seen.bits & ~(1 << UInt64(channel.id)))
    return true
  }

  mutating func faulted(_ child: Child, _ fault: Fault) -> FaultAnswer {
    let next = fault.skippingSystemCall
    faults &+= 1
    report("a fault tells what it is", child == Self.child && fault.kind == .unknownSystemCall)
    return next.map { .resume($0) } ?? .leaveStopped
  }
}
