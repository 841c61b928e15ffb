// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Microkit
import NetworkComponents
import NetworkStack
import Records
import TimerWiring
import Wire
import Wiring

/// The protection domain of a network program: takes frames in, tells the program, sends what came of it.
public struct NetworkDomain<Program: NetworkProgram & ~Copyable>: ProtectionDomain, ~Copyable {
  /// Frames taken in before the program and the peers hear of them.
  private static var batch: Int { 128 }

  private var network: Network
  private var program: Program
  private let timerChannel: Channel

  public init(_ program: consuming Program, _ settings: NetworkSettings) {
    let timer = TimerClient(TimerClientConfig.linked())
    timerChannel = timer.channel
    let addressing = IPClientConfig.linked()
    network = Network(
      settings, NetClientConfig.linked(), hostName: HostName(addressing), timer: timer)
    self.program = program
    network.configure(addressing)
    self.program.start(&network)
    turn()
  }

  public mutating func notified(_ channels: ChannelSet) {
    network.readClock()
    if channels.contains(timerChannel) { network.alarmPassed() }
    let others = channels.removing(timerChannel).removing(network.receiveChannel)
      .removing(network.transmitChannel)
    if others.bits != 0 { program.notified(others, &network) }
    turn()
  }

  /// Works until only a peer or the clock can bring something new.
  private mutating func turn() {
    while true {
      let mayBeMore = receive()
      respond()
      let sent = network.output.publish()
      if network.input.publish() { network.receiveChannel.notify() }
      if sent.notifyVirtualiser { network.transmitChannel.notify() }
      if !sent.mayRetry, !mayBeMore, network.input.sleep() { break }
      network.readClock()
    }
    network.setAlarm(program.deadline)
    network.showBuffers()
  }

  /// True when there may be more frames.
  private mutating func receive() -> Bool {
    var count = 0
    while count < Self.batch {
      guard let frame = network.input.next() else { return false }
      if network.isStirring { network.stir() }
      _ = network.input.memory.withBytes(frame.offset, count: frame.count) { receive($0) }
      network.input.giveBack(frame)
      count &+= 1
    }
    return true
  }

  @inline(__always)
  private mutating func receive(_ frame: RawSpan) {
    let delivery = network.stack.receive(frame, now: network.now, into: &network.output)
    switch delivery {
    case .nothing: break
    case .datagram(let socket, let tag, let remote, let range):
      let payload = frame.extracting(range.bounds(in: frame.byteCount))
      program.take(payload, from: remote, on: socket, tag: tag, &network)
    case .stream(let connection, let tag, let range):
      let bytes = frame.extracting(range.bounds(in: frame.byteCount))
      let taken = program.take(bytes, from: connection, tag: tag, &network)
      if taken < bytes.byteCount {
        let rest = bytes.extracting(max(taken, 0)..<bytes.byteCount)
        network.stack.keep(rest, of: connection)
      }
    }
  }

  /// Handles events and sends until neither brings about the other.
  private mutating func respond() {
    while true {
      while let event = network.stack.nextEvent() { program.handle(event, &network) }
      program.work(&network)
      network.stack.poll(now: network.now, into: &network.output)
      guard let event = network.stack.nextEvent() else { return }
      program.handle(event, &network)
    }
  }
}
