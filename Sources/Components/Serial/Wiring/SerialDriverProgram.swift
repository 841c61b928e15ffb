// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Microkit
import Records
import Rings
import SerialComponents
import Wiring

/// The program of a serial driver's protection domain, for any UART.
public struct SerialDriverProgram<Device: SerialDevice & ~Copyable>: ProtectionDomain, ~Copyable {
  private var driver: SerialDriver<Device>
  private let interrupt: Channel
  private let transmit: Channel
  private let receive: Channel

  /// Starts the device at the record's baud rate. Stops the protection domain if the record has no queues, or the device
  /// cannot run at that rate.
  public init(_ device: consuming Device, interrupt: Channel) {
    let config = SerialDriverConfig.linked()
    let transmit = config[SerialDriverConfig.transmit]
    let receive = config[SerialDriverConfig.receive]
    guard let output = transmit.ring else {
      fatal(".serial_driver_config: no transmit queue; rerun serval generate")
    }
    let receives = config[SerialDriverConfig.receiveEnabled] != 0
    if receives && receive.ring == nil {
      fatal(".serial_driver_config: no receive queue; rerun serval generate")
    }

    self.interrupt = interrupt
    self.transmit = transmit.channel
    self.receive = receive.channel
    driver = SerialDriver(
      device: device, transmit: output, receive: receives ? receive.ring : nil)
    do throws(SerialDeviceFault) {
      notify(try driver.start(baud: config[SerialDriverConfig.defaultBaud]))
    } catch {
      fatal(".serial_driver_config, defaultBaud: the UART cannot run at it")
    }
  }

  /// Handles the device's interrupt and the virtualisers' signals.
  public mutating func notified(_ channels: ChannelSet) {
    if channels.contains(interrupt) {
      notify(driver.interrupt())
      interrupt.acknowledgeDeferred()
    }
    if channels.contains(transmit) { notify(driver.transmitReady()) }
    if channels.contains(receive) { notify(driver.receiveReady()) }
  }

  private func notify(_ actions: SerialDriver<Device>.Actions) {
    if actions.notifyTransmit { transmit.notify() }
    if actions.notifyReceive { receive.notify() }
  }
}
