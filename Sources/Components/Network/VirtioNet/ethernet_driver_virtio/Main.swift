// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Microkit
import NetworkWiring
import Records
import Registers
import VirtioNet
import Wiring

enum Needs {
  // SystemBuilder.stackNeeds has the same number.
  @section(".serval_stack_needs") @used static let stack: UInt64 = 16_384
}

@main enum Main {
  static func main() {
    typealias Card = VirtioNet<MMIO, MappedMemory>
    let resources = DeviceResources.linked()
    let registers = resources.registers(byteCount: Card.registersByteCount)
    let (memory, ioAddress) = resources.memory(1)
    run(
      EthernetDriverProgram(
        Card(registers, memory: memory, ioAddress: ioAddress), interrupt: resources.interrupt()))
  }
}
