// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import PL011
import Records
import Registers
import SerialWiring
import Wiring

@main enum Main {
  static func main() {
    let resources = DeviceResources.linked()
    let registers = resources.registers(byteCount: PL011<MMIO>.registersByteCount)
    run(SerialDriverProgram(PL011(registers), interrupt: resources.interrupt()))
  }
}
