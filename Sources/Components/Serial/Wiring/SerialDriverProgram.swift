// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records
import Rings
import SerialComponents
import Wiring

/// Events of a serial driver's protection domain, whichever UART it drives.
public struct SerialDriverProgram<Device: SerialDevice & ~Copyable>: ProtectionDomain, ~Copyable {
  private var driver: SerialDriver<Device>
  private let interrupt: Channel
  private let transmit: Channel
  private let receive: Channel

  /// Starts the device at the record's baud rate.
  public init(_ device: consuming Device, interrupt: Channel) {
    let config = SerialDriverConfig.linked()
    let transmit = config[SerialDriverConfig.transmit]
    let receive = config[SerialDriverConfig.receive]
    guard let output = transmit.ring else { fatal("the record's transmit queue is no queue") }
    let receives = config[SerialDriverConfig.receiveEnabled] != 0
    if receives && receive.ring == nil { fatal("the record's receive queue is no queue") }

    self.interrupt = interrupt
    self.transmit = transmit.channel
    self.receive = receive.channel
    driver = SerialDriver(
      device: device, transmit: output, receive: receives ? receive.ring : nil)
    do throws(SerialDeviceFault) {
      notify(try driver.start(baud: config[SerialDriverConfig.defaultBaud]))
    } catch {
      fatal("the device cannot run at the record's baud rate")
    }
  }

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
