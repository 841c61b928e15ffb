// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Microkit
import NetworkComponents
import Records
import Wiring

/// The program of an ethernet driver's protection domain, for any card.
public struct EthernetDriverProgram<Device: EthernetDevice & ~Copyable>: ProtectionDomain,
  ~Copyable
{
  private var driver: EthernetDriver<Device>
  private let interrupt: Channel
  private let receive: Channel
  private let transmit: Channel

  /// Starts the card. Stops the protection domain if the record has no queues or the card does not start.
  public init(_ device: consuming Device, interrupt: Channel) {
    let config = NetDriverConfig.linked()
    let (receive, transmit) = (config[NetDriverConfig.virtRx], config[NetDriverConfig.virtTx])
    guard let receiveRings = receive.rings, let transmitRings = transmit.rings else {
      fatal(".net_driver_config: virtRx or virtTx has no queues; rerun serval generate")
    }
    // All domains of the network begin again together, this one first: none uses these queues.
    if restarts > 0, Supervision().isThere {
      receiveRings.reset()
      transmitRings.reset()
    }
    self.interrupt = interrupt
    self.receive = receive.channel
    self.transmit = transmit.channel
    driver = EthernetDriver(device: device, receive: receiveRings, transmit: transmitRings)
    do throws(EthernetDeviceFault) {
      carryOut(try driver.start())
    } catch {
      switch error {
      case .absent: fatal("no card of this kind at the registers; check the device node")
      case .unusable: fatal("the card lacks a feature or stays in reset")
      case .ringMemory: fatal("ring memory is too small or above 4 GiB")
      }
    }
    // `start` has handled earlier events. An edge that came before would not come again, so acknowledge it now.
    interrupt.acknowledge()
  }

  /// Handles the card's interrupt and the virtualisers' signals.
  public mutating func notified(_ channels: ChannelSet) {
    if channels.contains(interrupt) {
      carryOut(driver.interrupt())
      if driver.hasFailed { fatal("the card stopped after an error and cannot be restarted") }
      interrupt.acknowledgeDeferred()
    }
    let (receives, transmits) = (channels.contains(receive), channels.contains(transmit))
    if receives || transmits { carryOut(driver.serve(receive: receives, transmit: transmits)) }
  }

  /// Notifies peers, and receives further batches of frames; domains of the same priority run in between.
  @inline(never) private mutating func carryOut(_ first: EthernetDriver<Device>.Actions) {
    var actions = first
    while actions.isUnfinished {
      notify(actions)
      yieldTurn()
      actions = driver.serve(receive: true, transmit: false)
    }
    notify(actions)
  }

  private mutating func notify(_ actions: EthernetDriver<Device>.Actions) {
    if actions.notifyReceive { receive.notifyDeferred() }
    if actions.notifyTransmit { transmit.notifyDeferred() }
  }
}
