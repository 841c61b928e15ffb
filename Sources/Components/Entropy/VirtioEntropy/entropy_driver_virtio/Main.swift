// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import EntropyWiring
import Microkit
import Records
import Registers
import VirtioEntropy
import Wiring

@main enum Main {
  static func main() {
    typealias Generator = VirtioEntropy<MMIO, MappedMemory>
    let resources = DeviceResources.linked()
    let registers = resources.registers(byteCount: Generator.registersByteCount)
    let (memory, ioAddress) = resources.memory(1)
    runEntropyService(Generator(registers, memory: memory, ioAddress: ioAddress))
  }
}
