// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import IndexSets
import Microkit
import NetworkComponents
import NetworkStack
import Records
import Time
import TimerWiring
import Wire
import Wiring

/// The protection domain of a network program: receives frames, calls the program, and sends the results.
public struct NetworkDomain<Program: NetworkProgram & ~Copyable>: ProtectionDomain, ~Copyable {
  /// Frames received before the program works and peers are notified.
  private static var batch: Int { 128 }

  private var network: Network
  private var program: Program
  private let timerChannel: Channel

  /// Reads the records, starts the stack and the program, and runs the first turn.
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

  /// Runs a turn; first passes signals that are not the network's to the program.
  public mutating func notified(_ channels: ChannelSet) {
    network.readClock()
    if channels.contains(timerChannel) { network.alarmPassed() }
    let others = channels.removing(timerChannel).removing(network.receiveChannel)
      .removing(network.transmitChannel)
    if others.bits != 0 { program.notified(others, &network) }
    turn()
  }

  /// Works until only a peer or the clock can bring new work.
  private mutating func turn() {
    network.checkLinks()
    while true {
      let mayBeMore = receiveFrames()
      respond()
      network.keep()
      let sent = network.output.publish()
      if network.input.publish() { network.receiveChannel.notify() }
      if sent.notifyVirtualiser { network.transmitChannel.notify() }
      if !sent.mayRetry, !mayBeMore, network.input.requestSignalIfEmpty() { break }
      network.readClock()
    }
    network.setAlarm(program.deadline)
    network.showBuffers()
  }

  /// Receives a batch of frames. True if there may be more.
  private mutating func receiveFrames() -> Bool {
    var count = 0
    while count < Self.batch {
      guard let frame = network.input.next() else { return false }
      if network.isStirring { network.stir() }
      _ = network.input.memory.withBytes(frame.offset, count: frame.count) { deliver($0) }
      network.input.giveBack(frame)
      count &+= 1
    }
    return true
  }

  /// Passes a frame to the stack, and what the stack lends from it to the program.
  @inline(__always)
  private mutating func deliver(_ frame: RawSpan) {
    let delivery = network.stack.receive(frame, now: network.now, into: &network.output)
    switch delivery {
    case .nothing: break
    case .datagram(let socket, let tag, let remote, let range):
      let payload = frame.extracting(range.bounds(in: frame.byteCount))
      program.receive(payload, from: remote, on: socket, tag: tag, &network)
    case .stream(let connection, let tag, let range):
      let bytes = frame.extracting(range.bounds(in: frame.byteCount))
      let taken = program.receive(bytes, from: connection, tag: tag, &network)
      if taken < bytes.byteCount {
        let rest = bytes.extracting(max(taken, 0)..<bytes.byteCount)
        network.stack.keep(rest, of: connection)
      }
    }
  }

  /// Handles events and sends frames until neither causes more of the other.
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
