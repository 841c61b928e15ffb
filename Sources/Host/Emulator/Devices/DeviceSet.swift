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
  private let seed: UInt64
  private let clocks = MesonClocksModel()
  private var made: [UInt64: any Device] = [:]

  init(
    board: EmulatedBoard, console: MachineConsole, kernel: Kernel, link: NetworkLink,
    interrupts: Set<IRQNumber>, seed: UInt64, report: @escaping (String) -> Void
  ) {
    self.seed = seed
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
      if let number = model.interrupt { kernel.setLine(number, high: high) }
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
    case .mesonEntropy:
      let generator = MesonEntropyModel(seed: seed, clocks: clocks)
      generator.report = report
      return generator
    case .mesonClocks: return clocks
    }
  }

  /// Puts the network card into the first slot whose interrupt a protection domain handles, and the entropy device into slot
  /// 8, as `make qemu` does.
  private func virtioPage(_ model: EmulatedBoard.Model) -> VirtioMMIOPage {
    let kernel = self.kernel
    var devices: [UInt64: any VirtioDeviceModel] = [:]
    func add(_ device: some VirtioDeviceModel, _ slot: UInt32, _ number: IRQNumber) {
      device.transport.report = report
      device.transport.interrupt = { [unowned kernel] in kernel.setLine(number, high: $0) }
      devices[UInt64(slot)] = device
    }
    for slot in 0..<8 as Range<UInt32> {
      guard let first = model.interrupt else { break }
      let number = IRQNumber(first.rawValue + slot)
      if !hasNetwork, interrupts.contains(number) {
        add(VirtioNetModel(link: link) { self.memory }, slot, number)
        hasNetwork = true
      } else if number == EmulatedBoard.entropyInterrupt {
        add(VirtioEntropyModel(seed: seed) { self.memory }, slot, number)
      }
    }
    let page = VirtioMMIOPage(devices)
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
