// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import MesonUART
import Microkit
import Records
import Registers
import SerialWiring
import Wiring

@main enum Main {
  static func main() {
    let resources = DeviceResources.linked()
    let registers = resources.registers(byteCount: MesonUART<MMIO>.registersByteCount)
    run(SerialDriverProgram(MesonUART(registers), interrupt: resources.interrupt()))
  }
}
