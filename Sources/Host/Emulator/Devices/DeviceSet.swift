// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Makes the models of the devices that a system uses, one for each page of registers.
final class DeviceSet {
  private let board: EmulatedBoard
  private let console: Console
  private unowned let kernel: Kernel
  private let report: (String) -> Void
  private var made: [UInt64: any Device] = [:]

  init(
    board: EmulatedBoard, console: Console, kernel: Kernel, report: @escaping (String) -> Void
  ) {
    self.board = board
    self.console = console
    self.kernel = kernel
    self.report = report
  }

  func device(at address: UInt64, region: MemoryRegion) -> any Device {
    if let device = made[address] { return device }
    let device: any Device
    if let model = board.models.first(where: { $0.address == address }) {
      device = make(model)
    } else {
      let unmodelled = UnmodelledDevice(name: "region '\(region.name)' at \(hex(address))")
      unmodelled.report = report
      device = unmodelled
    }
    made[address] = device
    kernel.devices.append(device)
    return device
  }

  private func make(_ model: EmulatedBoard.Model) -> any Device {
    let kernel = self.kernel
    let interrupt: (Bool) -> Void = { [unowned kernel] high in
      kernel.setLine(model.interrupt, high: high)
    }
    switch model.kind {
    case .pl011:
      let uart = PL011Model(console: console)
      (uart.interrupt, uart.report) = (interrupt, report)
      console.onInput = { [unowned uart, unowned kernel] in uart.listen(now: kernel.now) }
      return uart
    case .mesonUART:
      let uart = MesonUARTModel(console: console)
      (uart.interrupt, uart.report) = (interrupt, report)
      console.onInput = { [unowned uart, unowned kernel] in uart.listen(now: kernel.now) }
      return uart
    case .mesonTimer:
      let timer = MesonTimerModel()
      (timer.interrupt, timer.report) = (interrupt, report)
      return timer
    }
  }
}
