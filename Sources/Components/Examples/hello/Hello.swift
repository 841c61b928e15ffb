// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HelloProtocol
import IndexSets
import Microkit
import ProgramHeap
import SerialWiring
import TimerWiring
import Wiring

/// Demonstrates the runtime: prints a banner and a tick each second, echoes lines, and restarts a child when it faults.
struct Hello: ProtectionDomain, ~Copyable {
  private static var second: UInt64 { 1_000_000_000 }
  // Numbered in the system's description.
  private static var child: Child { Child(0) }
  private static var childChannel: Channel { Channel(0) }

  private var console: Console
  private let timer: TimerClient
  private var line = Line()
  private var ticks: UInt64 = 0
  private var start: UInt64
  private var wanted = ChildCommand.none

  init(console: consuming Console, timer: TimerClient) {
    self.console = console
    self.timer = timer
    start = timer.now()
    for index in 0..<ProgramName.count { self.console.write(ProgramName.byte(index)) }
    self.console.write(" from Swift on seL4: type a line, or: ")
    for command in 1...ChildCommand.last {
      self.console.write(ChildCommand(command).name)
      self.console.write(", ")
    }
    self.console.write("heap, die\n")
    self.console.flush()
    timer.setTimeout(nanoseconds: Self.second)
  }

  mutating func notified(_ channels: ChannelSet) {
    if channels.contains(timer.channel) { tick() }
    if let channel = console.inputChannel, channels.contains(channel) {
      while let byte = console.read() { type(byte) }
    }
  }

  /// Handles the child's calls: it asks for a command, and reports how often it was restarted.
  mutating func called(on channel: Channel, _ message: Message) -> Message {
    guard channel == Self.childChannel else { return .refused }
    switch ChildRequest(message.label) {
    case .started:
      console.write("hello_child: restarts so far: ")
      console.write(decimal: message.word(0))
      let fresh =
        message.word(1) == ChildState.linked && message.word(2) == 0 && message.word(3) == 0
      console.write(fresh ? "\n" : ", with stale data\n")
      console.flush()
      return Message()
    case .command:
      let command = wanted
      wanted = .none
      return Message(count: 1, command.number)
    case .unknown:
      return .refused
    }
  }

  mutating func faulted(_ child: Child, _ fault: Fault) -> FaultAnswer {
    console.write("hello_child: ")
    switch fault.kind {
    case .memory:
      console.write("bad access to ")
      console.write(hexadecimal: fault.address ?? 0)
    case .trap: console.write("trap")
    case .instruction: console.write("bad instruction")
    case .unknownSystemCall: console.write("unknown system call")
    default: console.write("fault")
    }
    console.write(" at ")
    console.write(hexadecimal: child.programCounter ?? 0)
    console.write(", restarting it\n")
    console.flush()
    if !child.restart() {
      console.write("hello_child: cannot be restarted\n")
      console.flush()
    }
    return .leaveStopped
  }

  private mutating func tick() {
    ticks &+= 1
    let now = timer.now()
    console.write("tick ")
    console.write(decimal: ticks)
    console.write(" at ")
    console.write(decimal: (now &- start) / 1_000_000)
    console.write(" ms\n")
    console.flush()
    // Counted from the start, so that delays of ticks do not add up.
    let next = start &+ (ticks &+ 1) &* Self.second
    timer.setTimeout(nanoseconds: next > now ? next &- now : 1)
  }

  private mutating func type(_ byte: UInt8) {
    guard byte == 13 || byte == 10 else { return line.append(byte) }
    for number in 1...ChildCommand.last where line == ChildCommand(number).name {
      wanted = ChildCommand(number)
      Self.childChannel.notify()
      line.clear()
      return
    }
    if line == "die" { fatal("as you wish") }
    if line == "heap" { return showHeap() }
    console.write("you typed: ")
    for byte in line.bytes { console.write(byte) }
    console.write("\n")
    console.flush()
    line.clear()
  }

  private mutating func showHeap() {
    line.clear()
    let usage = ProgramHeap.usage
    console.write("heap: ")
    console.write(decimal: UInt64(usage.used))
    console.write(" of ")
    console.write(decimal: UInt64(usage.capacity))
    console.write(" bytes in ")
    console.write(decimal: UInt64(usage.blockCount))
    console.write(" blocks, at most ")
    console.write(decimal: UInt64(usage.peak))
    console.write("\n")
    console.flush()
  }
}
