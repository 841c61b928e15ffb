// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Makes the models of the devices that a system uses, one for each page of registers.
final class DeviceSet {
  private let board: EmulatedBoard
  private let console: Console
  private unowned let kernel: Kernel
  private let link: NetworkLink
  private let interrupts: Set<IRQNumber>
  private let report: (String) -> Void
  /// What devices can reach; set when it is laid out, before anything runs.
  var memory = PhysicalMemory()
  private var hasNetwork = false
  private var made: [UInt64: any Device] = [:]

  init(
    board: EmulatedBoard, console: Console, kernel: Kernel, link: NetworkLink,
    interrupts: Set<IRQNumber>, report: @escaping (String) -> Void
  ) {
    self.link = link
    self.interrupts = interrupts
    self.board = board
    self.console = console
    self.kernel = kernel
    let remarks = Remarks(report)
    self.report = remarks.make
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

  /// The card is in the first slot whose interrupt someone handles.
  private func virtioPage(_ model: EmulatedBoard.Model) -> VirtioPage {
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
    let page = VirtioPage(card)
    page.report = report
    return page
  }
}

/// What models say of their drivers: each remark once, and no more than a person would read.
private final class Remarks {
  private let report: (String) -> Void
  private var made: Set<String> = []
  private static let limit = 50

  init(_ report: @escaping (String) -> Void) { self.report = report }

  func make(_ text: String) {
    guard made.count < Self.limit, made.insert(text).inserted else { return }
    report(text)
    if made.count == Self.limit { report("more remarks on devices are left out") }
  }
}
