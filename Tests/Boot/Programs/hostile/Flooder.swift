// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import FilesWiring
import IndexSets
import Microkit
import NetworkComponents
import NetworkWiring
import Randomness
import Records
import Rings
import SerialWiring
import TimerWiring
import Wiring

/// A hostile client of the network, the console, the timer and another domain's file protocol.
struct Flooder: ProtectionDomain, ~Copyable {
  /// Nanoseconds from the program's start to that of the flood.
  private static var delay: UInt64 { 4_500_000_000 }

  private let flood: Flood
  private var console = Console(SerialClientConfig.linked())
  private let timer = TimerClient(TimerClientConfig.linked())
  private let files: FileSystemConnection
  private let transmit: NetConnection
  private let receive: NetConnection
  private let memory: MappedRange

  init(_ flood: Flood, _ files: FileSystemConnection) {
    self.flood = flood
    self.files = files
    let network = NetClientConfig.linked()
    transmit = network[NetClientConfig.transmit]
    receive = network[NetClientConfig.receive]
    memory = network[NetClientConfig.transmitData]
    timer.setTimeout(nanoseconds: Self.delay)
  }

  mutating func notified(_ channels: ChannelSet) {
    guard channels.contains(timer.channel) else { return }
    for index in 0..<ProgramName.count { console.write(ProgramName.byte(index)) }
    console.write(": hostile\n")
    console.flush()
    switch flood {
    case .spin: while true { spin() }
    case .rings: ring()
    case .descriptors: sendNothing()
    case .frames: send()
    case .console: write()
    case .alarms: while true { timer.setTimeout(nanoseconds: 0) }
    case .files: ask()
    case .entropy: draw()
    }
  }

  // Stored, so that the compiler does not drop the loop.
  @inline(never) private func spin() { _ = ProgramName.byte(0) }

  private mutating func ring() -> Never {
    while true {
      transmit.channel.notify()
      receive.channel.notify()
      files.channel.notify()
      console.flush()
    }
  }

  private func sendNothing() -> Never {
    // Safety: the address of the queue's index, which the host tool maps writable.
    guard
      let tail = unsafe UnsafeMutablePointer<UInt16>(
        bitPattern: UInt(transmit.activeQueue.address))
    else { fatal("no queue") }
    while true {
      unsafe tail.pointee &+= transmit.bufferCount
      transmit.channel.notify()
    }
  }

  private func send() -> Never {
    guard let rings = transmit.rings, let memory = memory.memory else { fatal("no queues") }
    var output = FrameTransmitter(
      rings, memory: memory, bufferCount: Int(transmit.bufferCount))
    while true {
      _ = output.send(60) { frame in
        for index in 0..<60 {
          let byte: UInt8 = index < 12 ? 2 : index < 14 ? 0x88 : 0
          frame.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
      }
      _ = output.publish()
      transmit.channel.notify()
    }
  }

  private func draw() -> Never {
    guard let client = EntropyClient() else { fatal("no entropy service") }
    while true { _ = try? client.seed() }
  }

  private mutating func write() -> Never {
    while true {
      console.write("to be or not to be\n")
      console.flush()
    }
  }

  /// As a server, sends unrequested completions; as a client, sends invalid commands.
  private func ask() -> Never {
    let isServer = ProgramName.byte(0) == UInt8(ascii: "n")
    guard let queue = isServer ? files.completions : files.commands else { fatal("no queues") }
    var output = RingProducer(queue)
    var number: UInt64 = 0
    while true {
      var message = FileMessage()
      message[0] = number &* 0x9e37_79b9_7f4a_7c15
      message[1] = number
      number &+= 1
      do throws(PeerFault) { _ = try output.enqueue(message) } catch { spin() }
      output.publish()
      files.channel.notify()
    }
  }
}
