// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import CMicrokit
import EntropyProtocol
import Microkit
import NetworkComponents
import NetworkStack
import NetworkWiring
import Randomness
import Records
import Rings
import Time
import TimerWiring
import Wire
import Wiring

/// A program's access to the network: the stack, with the queues and the clock that drive it.
public struct Network: ~Copyable {
  /// The TCP/IP stack.
  public var stack: NetworkStack
  /// Sends frames; an argument of stack calls that send immediately.
  public var output: FrameTransmitter
  /// When the current turn began.
  public private(set) var now: Instant
  var input: FrameReceiver
  /// The copier's channel: it signals received frames.
  let receiveChannel: Channel
  /// The transmit virtualiser's channel: it signals returned buffers.
  let transmitChannel: Channel
  private let receiveRings: NetRings
  private let transmitRings: NetRings
  private var kept = KeptNetwork()
  private var restarts = RestartWatch()
  private var receiveLink: PeerServer
  private var transmitLink: PeerServer
  private let clock: Clock
  private let timer: TimerClient
  // How often the timer driver has begun, now and when the timeout was set.
  private let timerEpoch: Epoch
  private var alarmEpoch: UInt64
  // When the timer driver will signal; `never` if no timeout is set.
  private var alarm = Instant.never
  /// Whether the arrival time of each frame still goes into the stack's entropy.
  private(set) var isStirring = true
  /// Why the system's entropy service gave no keys; nil if it did, and in a system without one.
  public let entropyRefusal: EntropyRefusal?
  // Readings of the counter that go into the entropy before the first frame.
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
    else {
      fatal(".net_client_config: receive, transmit or their data is missing; rerun serval generate")
    }
    clock = Clock()
    self.timer = timer
    now = clock.now()
    receiveChannel = receive.channel
    transmitChannel = transmit.channel
    (self.receiveRings, self.transmitRings) = (receiveRings, transmitRings)
    (receiveLink, transmitLink) = (PeerServer(receive), PeerServer(transmit))
    timerEpoch = Supervision().epoch(of: timer.channel)
    alarmEpoch = timerEpoch.current
    input = FrameReceiver(
      receiveRings, memory: received, bufferCount: Int(receive.bufferCount),
      isConnected: receiveLink.isConnected)
    output = FrameTransmitter(
      transmitRings, memory: sent, bufferCount: Int(transmit.bufferCount),
      isConnected: transmitLink.isConnected)
    let hardware = config[Config.macAddress]
    let secrets: StackSecrets?
    do throws(EntropyRefusal) {
      secrets = try Network.randomSecrets()
      entropyRefusal = nil
    } catch {
      // The stack works all the same, with what the clock gives; `reportAddress` tells.
      (secrets, entropyRefusal) = (nil, error)
    }
    var configuration = settings.configuration(
      hardware: hardware, ticks: clock.ticks, secrets: secrets)
    configuration.hostName = hostName
    stack = NetworkStack(configuration)
    isStirring = secrets == nil
    if !isStirring { return }
    // The time of each round depends on caches, on memory refresh and on the phase between the two clocks.
    for _ in 0..<Network.readings { stack.stir(clock.ticks) }
  }

  /// Keys from the entropy service; nil in a system without one. A restarted program gets others.
  private static func randomSecrets() throws(EntropyRefusal) -> StackSecrets? {
    guard let client = EntropyClient() else { return nil }
    var words = InlineArray<16, UInt64>(repeating: 0)
    for start in 0..<StackSecrets.wordCount / EntropyCall.wordCount {
      let seed = try client.seed()
      for index in 0..<EntropyCall.wordCount {
        words[EntropyCall.wordCount &* start &+ index] = seed[index]
      }
    }
    return StackSecrets(words)
  }

  /// Begins a turn: sets `now`.
  mutating func readClock() { now = clock.now() }

  /// Adds the current counter to the stack's entropy, the only source without random keys. Called for each frame until
  /// the first connection, which fixes the keys, and from then on only when the timer signals.
  mutating func stir() {
    stack.stir(clock.ticks)
    isStirring = isStirring && !stack.hasKeys
  }

  /// Updates the gauges of socket buffers in use, which `serval run` reads from outside.
  func showBuffers() {
    let count = stack.bufferByteCount
    cmicrokit_gauge_socket_buffers(
      UInt64(truncatingIfNeeded: count),
      UInt64(truncatingIfNeeded: count &- stack.freeBufferByteCount),
      UInt64(truncatingIfNeeded: count &- stack.leastFreeBufferByteCount))
  }

  /// Notes for the next instance what has changed in this turn.
  mutating func keep() { kept.update(&stack, &output) }

  /// The address that this program had before it was restarted.
  var formerAddress: IPv4Address? { kept.formerAddress }

  /// Looks whether the domains at the other ends of the queues have begun again. What was in the queues is lost, as frames are on a
  /// cable.
  @inline(__always) mutating func checkLinks() {
    if restarts.mayHaveChanged { compareEpochs() }
  }

  @inline(never) private mutating func compareEpochs() {
    restarts.willCompare()
    let epoch = timerEpoch.current
    if epoch != alarmEpoch {
      // The driver that had our timeout is gone.
      alarmEpoch = epoch
      alarm = .never
    }
    switch receiveLink.look(receiveRings.reset) {
    case .none: break
    case .lost: input.disconnect()
    case .found: input.reconnect()
    }
    switch transmitLink.look(transmitRings.reset) {
    case .none: break
    case .lost: output.disconnect()
    case .found: output.reconnect()
    }
    restarts.didCompare(isUnsettled: !receiveLink.isConnected || !transmitLink.isConnected)
  }

  /// Handles the timer's signal.
  mutating func alarmPassed() {
    alarm = .never
    stir()
  }

  /// Sets the timer to the stack's deadline or `deadline`, whichever is earlier. If a timeout is set that is earlier still,
  /// it stays, and the turn that it causes sets the next one: most deadlines are postponed long before they come.
  mutating func setAlarm(_ deadline: Instant) {
    let next = stack.deadline(before: min(alarm, deadline)) ?? deadline
    guard next < alarm else { return }
    alarm = next
    timer.setTimeout(nanoseconds: max((next - now).nanoseconds, 1))
  }
}

/// The stack writes its frames straight into the transmit buffers.
extension FrameTransmitter: FrameOutput {}

extension Network {
  /// Sends a datagram to `remote` in this turn.
  public mutating func send(
    _ payload: RawSpan, to remote: Endpoint, from socket: UDPSocket
  ) -> DatagramOutcome {
    stack.send(payload, to: remote, from: socket, now: now, into: &output)
  }

  /// Closes a connection. Data already written is still sent.
  public mutating func close(_ connection: TCPConnection) { stack.close(connection, now: now) }
}
