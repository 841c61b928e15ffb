// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import NetworkComponents
import Records
import Wiring

/// Events of an ethernet driver's protection domain, whichever card it drives.
public struct EthernetDriverProgram<Device: EthernetDevice & ~Copyable>: ProtectionDomain,
  ~Copyable
{
  private var driver: EthernetDriver<Device>
  private let interrupt: Channel
  private let receive: Channel
  private let transmit: Channel

  /// Starts the card.
  public init(_ device: consuming Device, interrupt: Channel) {
    let config = NetDriverConfig.linked()
    let (receive, transmit) = (config[NetDriverConfig.virtRx], config[NetDriverConfig.virtTx])
    guard let receiveRings = receive.rings, let transmitRings = transmit.rings else {
      fatal("the record's queues are no queues")
    }
    self.interrupt = interrupt
    self.receive = receive.channel
    self.transmit = transmit.channel
    driver = EthernetDriver(device: device, receive: receiveRings, transmit: transmitRings)
    do throws(EthernetDeviceFault) {
      finish(try driver.start())
    } catch {
      switch error {
      case .absent: fatal("there is no such card at these registers")
      case .unusable: fatal("the card cannot be used")
      case .ringMemory: fatal("the card's rings want more memory")
      }
    }
    // What came before is looked at already; an edge would not come again.
    interrupt.acknowledge()
  }

  public mutating func notified(_ channels: ChannelSet) {
    if channels.contains(interrupt) {
      finish(driver.interrupt())
      if driver.hasFailed { fatal("the card has stopped after an error, and does not start again") }
      interrupt.acknowledgeDeferred()
    }
    let (receives, transmits) = (channels.contains(receive), channels.contains(transmit))
    if receives || transmits { finish(driver.ready(receive: receives, transmit: transmits)) }
  }

  @inline(never) private mutating func finish(_ first: EthernetDriver<Device>.Actions) {
    var actions = first
    while actions.isUnfinished {
      notify(actions)
      yieldTurn()
      actions = driver.ready(receive: true, transmit: false)
    }
    notify(actions)
  }

  private mutating func notify(_ actions: EthernetDriver<Device>.Actions) {
    if actions.notifyReceive { receive.notifyDeferred() }
    if actions.notifyTransmit { transmit.notifyDeferred() }
  }
}
