// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import CMicrokit
import Microkit
import NetworkComponents
import NetworkStack
import NetworkWiring
import Records
import TimerWiring
import Wire
import Wiring

/// A program's access to the network: the stack, and the queues and the clock that it runs on.
public struct Network: ~Copyable {
  public var stack: NetworkStack
  /// Frames out; what stack calls want that send at once.
  public var output: FrameTransmitter
  /// When the present turn began.
  public private(set) var now: Instant
  var input: FrameReceiver
  /// From the copier: frames have come.
  let receiveChannel: Channel
  /// To the virtualiser, and from it: empty buffers have come back.
  let transmitChannel: Channel
  private let clock: Clock
  private let timer: TimerClient
  // When the timer driver will signal; `never` where it was not asked.
  private var alarm = Instant.never
  /// Whether each frame's arrival still goes into what secrets are made of.
  var isStirring = true
  // Readings of the counter before the first frame.
  private static var readings: Int { 64 }

  init(
    _ settings: NetworkSettings, _ config: LinkedRecord<NetClientConfig>, hostName: HostName,
    timer: TimerClient
  ) {
    typealias Config = NetClientConfig
    let (receive, transmit) = (config[Config.receive], config[Config.transmit])
    guard let receiveRings = receive.rings, let transmitRings = transmit.rings,
      let received = config[Config.receiveData].memory,
      let sent = config[Config.transmitData].memory
    else { fatal("the network record's queues are no queues") }
    clock = Clock()
    self.timer = timer
    now = Instant(nanoseconds: clock.now())
    receiveChannel = receive.channel
    transmitChannel = transmit.channel
    input = FrameReceiver(receiveRings, memory: received, bufferCount: Int(receive.bufferCount))
    output = FrameTransmitter(transmitRings, memory: sent, bufferCount: Int(transmit.bufferCount))
    let hardware = config[Config.macAddress]
    var configuration = settings.configuration(hardware: hardware, ticks: clock.ticks)
    configuration.hostName = hostName
    stack = NetworkStack(configuration)
    // How long each round takes depends on caches, on the memory's refreshing and on how the two clocks lie to each other.
    for _ in 0..<Network.readings { stack.stir(clock.ticks) }
  }

  mutating func readClock() { now = Instant(nanoseconds: clock.now()) }

  /// The moment goes into what secrets are made of: neither board gives us anything better. With each frame until
  /// there is a connection, whose keys stay; later when the timer wakes us.
  mutating func stir() {
    stack.stir(clock.ticks)
    isStirring = !stack.hasKeys
  }

  /// Says how much of the sockets' buffers is in use, for who looks at it from outside.
  func showBuffers() {
    let count = stack.bufferByteCount
    cmicrokit_gauge_socket_buffers(
      UInt64(truncatingIfNeeded: count),
      UInt64(truncatingIfNeeded: count &- stack.freeBufferByteCount),
      UInt64(truncatingIfNeeded: count &- stack.leastFreeBufferByteCount))
  }

  /// The timer has signalled.
  mutating func alarmPassed() {
    alarm = .never
    stir()
  }

  /// Asks for a signal at the stack's deadline or `deadline`, the earlier one. A signal that comes earlier
  /// anyway is left alone, and does the asking then: most deadlines are put off long before they come.
  mutating func setAlarm(_ deadline: Instant) {
    let next = stack.deadline(before: min(alarm, deadline)) ?? deadline
    guard next < alarm else { return }
    alarm = next
    timer.setTimeout(nanoseconds: max((next - now).nanoseconds, 1))
  }
}

extension FrameTransmitter: FrameOutput {}

extension Network {
  /// Sends a datagram.
  public mutating func send(
    _ payload: RawSpan, to remote: Endpoint, from socket: UDPSocket
  ) -> DatagramOutcome {
    stack.send(payload, to: remote, from: socket, now: now, into: &output)
  }

  /// Lets go of a connection.
  public mutating func close(_ connection: TCPConnection) { stack.close(connection, now: now) }
}
