// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// TCP segments out, from the send queue to the frame; `NetworkStack+SegmentsIn` is the counterpart.
extension NetworkStack {
  // Segments that a connection may send before it has to let others send.
  private static var turn: Int { 16 }

  private enum Progress: BitwiseCopyable {
    case done
    case more
    /// No transmit buffer was free.
    case blocked
  }

  /// Sends for all connections in the send queue; false if no buffer was free.
  mutating func sendStreams<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) -> Bool {
    while let index = sendQueue.pop() {
      switch sendStream(index, now: now, into: &output) {
      case .done: break
      case .more: sendQueue.push(index)
      case .blocked:
        sendQueue.push(index)
        return false
      }
    }
    return true
  }

  private mutating func sendStream<Output: FrameOutput & ~Copyable>(
    _ index: Int, now: Instant, into output: inout Output
  ) -> Progress {
    guard connections[index].isUsed else { return .done }
    for _ in 0..<NetworkStack.turn {
      guard connections[index].mayHavePlan else { return endTurn(index, now: now) }
      guard
        (connections[index].neighbourVersion == neighbours.version
          && now < connections[index].neighbourUntil) || findNeighbour(index, now: now)
      else { return .done }
      guard let plan = connections[index].plan(now: now) else { return endTurn(index, now: now) }
      guard send(plan, of: index, now: now, into: &output) else {
        timers.wake(index, by: connections[index].deadline)
        return .blocked
      }
      if connections[index].state == .closed {
        schedule(index)
        return .done
      }
    }
    return .more
  }

  /// The connection can send nothing more now.
  @inline(__always)
  private mutating func endTurn(_ index: Int, now: Instant) -> Progress {
    connections[index].armTimerForWaitingData(now: now)
    timers.wake(index, by: connections[index].deadline)
    return .done
  }

  @inline(__always)
  private mutating func send<Output: FrameOutput & ~Copyable>(
    _ plan: Plan, of index: Int, now: Instant, into output: inout Output
  ) -> Bool {
    let (header, options) = connections[index].header(plan, mtu: mtu, now: now)
    let source: IPv4Address
    let destination: IPv4Address
    switch (connections[index].local.address, connections[index].remote.address) {
    case (.v4(let here), .v4(let there)):
      source = here
      destination = there
    }
    let ethernet = EthernetHeader(
      destination: connections[index].hardware, source: configuration.hardware, type: .ipv4)
    let block = connections[index].sendBuffer
    let ip = IPv4Header(
      source: source, destination: destination, protocol: .tcp,
      payloadByteCount: header.headerByteCount &+ plan.count)
    let data = 34 &+ header.headerByteCount
    let isSent = output.send(data &+ plan.count) { frame in
      // Checked once here instead of for every field.
      precondition(frame.byteCount >= 54)
      ethernet.write(to: &frame)
      ip.write(to: &frame, at: 14)
      header.write(to: &frame, at: 34)
      options.write(to: &frame, at: 54)
      var sum = InternetChecksum()
      if plan.count > 0 {
        pool.copyOut(plan.count, of: block, at: plan.sequence.value, to: &frame, data, &sum)
      }
      TCPHeader.seal(
        &frame, at: 34, headerByteCount: header.headerByteCount, data: sum,
        dataByteCount: plan.count, from: source, to: destination)
    }
    guard isSent else { return false }
    counters.framesOut &+= 1
    if plan.sequence < connections[index].sndMax, plan.count > 0 { counters.segmentsResent &+= 1 }
    connections[index].didSend(plan, now: now)
    return true
  }

  /// Resolves the neighbour for a connection's frames; false if they have to wait.
  @inline(never)
  private mutating func findNeighbour(_ index: Int, now: Instant) -> Bool {
    let destination: IPv4Address
    switch connections[index].remote.address {
    case .v4(let address): destination = address
    }
    var resolution = NeighbourCache.Resolution.unreachable
    switch route(to: destination) {
    case .via(let nextHop): resolution = neighbours.resolve(nextHop, for: index, now: now)
    case .direct, .none: break
    }
    switch resolution {
    case .known(let hardware, let until):
      connections[index].hardware = hardware
      connections[index].neighbourVersion = neighbours.version
      connections[index].neighbourUntil = until
      changedFlows.push(index)
      return true
    case .searching:
      // This includes a closed connection with a pending reset: an answer, or the lack of one,
      // brings it back here.
      timers.wake(index, by: connections[index].deadline)
    case .unreachable: neighbourIsUnreachable(index, now: now)
    }
    return false
  }

  /// An open connection continues: its timer tries again, and gives up in the end.
  private mutating func neighbourIsUnreachable(_ index: Int, now: Instant) {
    if connections[index].state == .synSent || connections[index].state == .closed {
      if connections[index].state == .synSent { connections[index].fail(.unreachable) }
      connections[index].resetPending = false
      schedule(index)
    } else {
      if connections[index].retransmitAt == .never,
        connections[index].flight > 0
          || connections[index].state.canSend || connections[index].state == .synReceived
      {
        connections[index].startTimer(now: now)
      }
      timers.wake(index, by: connections[index].deadline)
    }
  }

  /// Has the neighbour verified: frames of this connection seem to get lost.
  mutating func doubtNeighbour(of index: Int) {
    switch connections[index].remote.address {
    case .v4(let destination):
      if case .via(let nextHop) = route(to: destination) { neighbours.doubt(nextHop) }
    }
  }
}
