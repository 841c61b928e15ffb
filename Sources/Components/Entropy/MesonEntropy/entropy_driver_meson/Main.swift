// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyWiring
import MesonEntropy
import Records
import Registers
import Wiring

@main enum Main {
  static func main() {
    typealias Generator = MesonEntropy<MMIO>
    let resources = DeviceResources.linked()
    runEntropyService(
      Generator(
        resources.registers(0, byteCount: Generator.registersByteCount),
        clocks: resources.registers(1, byteCount: Generator.clocksByteCount)))
  }
}
