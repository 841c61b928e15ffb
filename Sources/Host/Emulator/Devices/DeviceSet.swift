// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Creates the models of the devices that a system uses, one for each page of registers.
final class DeviceSet {
  private let board: EmulatedBoard
  private let console: MachineConsole
  private unowned let kernel: Kernel
  private let link: NetworkLink
  private let interrupts: Set<IRQNumber>
  private let report: (String) -> Void
  /// The memory that devices can access. Set after it is laid out, before the machine runs.
  var memory = PhysicalMemory()
  private var hasNetwork = false
  private var made: [UInt64: any Device] = [:]

  init(
    board: EmulatedBoard, console: MachineConsole, kernel: Kernel, link: NetworkLink,
    interrupts: Set<IRQNumber>, report: @escaping (String) -> Void
  ) {
    self.link = link
    self.interrupts = interrupts
    self.board = board
    self.console = console
    self.kernel = kernel
    self.report = ReportLimiter(report).report
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
    case .virtio: return virtioPage(model)
    case .designWareMAC:
      let network = DesignWareMACModel(link: link) { self.memory }
      (network.interrupt, network.report) = (interrupt, report)
      return network
    }
  }

  /// Puts the network card into the first slot whose interrupt a protection domain handles.
  private func virtioPage(_ model: EmulatedBoard.Model) -> VirtioMMIOPage {
    let kernel = self.kernel
    var card: (slot: UInt64, model: VirtioNetModel)?
    for slot in 0..<8 as Range<UInt32> where !hasNetwork {
      let number = IRQNumber(model.interrupt.rawValue + slot)
      guard interrupts.contains(number) else { continue }
      let network = VirtioNetModel(link: link) { self.memory }
      network.report = report
      network.interrupt = { [unowned kernel] in kernel.setLine(number, high: $0) }
      card = (UInt64(slot), network)
      hasNetwork = true
    }
    let page = VirtioMMIOPage(card)
    page.report = report
    return page
  }
}

/// Passes on each of the models' reports once, and only the first 50 of them.
private final class ReportLimiter {
  private let sink: (String) -> Void
  private var reported: Set<String> = []
  private static let limit = 50

  init(_ sink: @escaping (String) -> Void) { self.sink = sink }

  func report(_ text: String) {
    guard reported.count < Self.limit, reported.insert(text).inserted else { return }
    sink(text)
    if reported.count == Self.limit { sink("further reports on devices are left out") }
  }
}
