// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import DesignWareMAC
import Microkit
import NetworkWiring
import Records
import Registers
import Wiring

@main enum Main {
  static func main() {
    typealias Card = DesignWareMAC<MMIO, MappedMemory>
    let resources = DeviceResources.linked()
    let registers = resources.registers(byteCount: Card.registersByteCount)
    run(
      EthernetDriverProgram(
        Card(registers, receive: resources.memory(1), transmit: resources.memory(2)),
        interrupt: resources.interrupt()))
  }
}
