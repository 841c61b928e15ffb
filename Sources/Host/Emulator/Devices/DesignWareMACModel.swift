// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Synopsys' DesignWare Ethernet MAC, version 3.7, with its DMA and normal descriptors, as in Amlogic's
/// chips. The PHY, an RTL8211F at address 0, has negotiated 1 Gb/s at the start.
///
/// This file has the registers, the link and the interrupt; `+Descriptors` the lists in memory, `+Frames` what
/// happens to frames.
final class DesignWareMACModel: Device {
  let name = "dwmac"
  var interrupt: (Bool) -> Void = { _ in }
  var report: (String) -> Void = { _ in }
  let link: NetworkLink
  let memory: () -> PhysicalMemory

  /// The MAC's registers below `Offset.dma`, by offset.
  var mac: [UInt64: UInt64] = [:]
  var busMode: UInt64 = 0
  var operationMode: UInt64 = 0
  var status: UInt64 = 0
  private var enabledInterrupts: UInt64 = 0
  var receiveRing = Ring()
  var transmitRing = Ring()
  /// The DMA has met a bus error and waits for a reset.
  var isStopped = false
  /// When the DMA next reads the transmit descriptors.
  private var transmitTime: UInt64?
  /// Whether the interrupt line is high.
  private var isHigh = false
  /// The link has changed since its status was read.
  private var linkPending = false
  /// The link was down since the PHY's status was read: that bit latches low.
  private var linkWasLost = false

  struct Ring {
    /// Physical address of the first descriptor.
    var base: UInt64 = 0
    /// Physical address of the next descriptor that the DMA uses.
    var current: UInt64 = 0
  }

  /// Register offsets in bytes.
  enum Offset {
    static let configuration: UInt64 = 0
    static let filter: UInt64 = 4
    static let mii: UInt64 = 0x10
    static let miiData: UInt64 = 0x14
    static let version: UInt64 = 0x20
    static let interruptStatus: UInt64 = 0x38
    static let interruptMask: UInt64 = 0x3c
    static let linkStatus: UInt64 = 0xd8
    static let addressHigh: UInt64 = 0x40
    static let addressLow: UInt64 = 0x44
    static let dma: UInt64 = 0x1000
    static let busMode: UInt64 = 0x1000
    static let transmitDemand: UInt64 = 0x1004
    static let receiveDemand: UInt64 = 0x1008
    static let receiveList: UInt64 = 0x100c
    static let transmitList: UInt64 = 0x1010
    static let status: UInt64 = 0x1014
    static let operationMode: UInt64 = 0x1018
    static let interruptEnable: UInt64 = 0x101c
    static let currentTransmit: UInt64 = 0x1048
    static let currentReceive: UInt64 = 0x104c
  }

  enum OperationMode {
    static let startReceive: UInt64 = 1 << 1
    static let startTransmit: UInt64 = 1 << 13
    static let flush: UInt64 = 1 << 20
  }

  /// Bits of the DMA's status and interrupt enable registers.
  enum Status {
    static let transmitted: UInt64 = 1 << 0
    static let noTransmitBuffer: UInt64 = 1 << 2
    static let received: UInt64 = 1 << 6
    static let noReceiveBuffer: UInt64 = 1 << 7
    static let busError: UInt64 = 1 << 13
    static let abnormal: UInt64 = 1 << 15
    static let normal: UInt64 = 1 << 16
    static let normalCauses: UInt64 = 1 << 0 | 1 << 2 | 1 << 6 | 1 << 14
    static let clearable: UInt64 = 0x1e7ff
  }

  /// Set in a descriptor's first word while the descriptor belongs to the device.
  static let own: UInt32 = 1 << 31
  /// Nanoseconds from a transmit demand to the DMA's first read.
  private static let reactionTime: UInt64 = 2000

  init(
    link: NetworkLink, macAddress: [UInt8] = [0x00, 0x1e, 0x06, 0x12, 0x34, 0x56],
    memory: @escaping () -> PhysicalMemory
  ) {
    self.link = link
    self.memory = memory
    for (index, byte) in macAddress.enumerated() {
      let register = index < 4 ? Offset.addressLow : Offset.addressHigh
      mac[register, default: 0] |= UInt64(byte) << UInt64(8 * (index % 4))
    }
    mac[Offset.addressHigh, default: 0] |= 1 << 31
    link.onFrame = { [unowned self] frame, _ in receive(frame) }
  }

  // MARK: Registers

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 {
    switch offset {
    case Offset.version: return 0x1037
    case Offset.busMode: return busMode
    case Offset.receiveList: return receiveRing.base
    case Offset.transmitList: return transmitRing.base
    case Offset.operationMode: return operationMode
    case Offset.interruptEnable: return enabledInterrupts
    case Offset.currentTransmit: return transmitRing.current
    case Offset.currentReceive: return receiveRing.current
    case Offset.status: return status | (lineInterrupt ? 1 << 26 : 0)
    // Never busy: MII transfers take no time.
    case Offset.mii: return mac[offset, default: 0] & ~1
    case Offset.interruptStatus: return lineInterrupt ? 1 : 0
    case Offset.linkStatus:
      linkPending = false
      updateInterruptLine()
      return isLinkUp ? 0xd : 0
    default: return mac[offset, default: 0]
    }
  }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    let value = value & 0xffff_ffff
    switch offset {
    case Offset.busMode:
      if value & 1 != 0 { return reset() }
      busMode = value
    case Offset.transmitDemand: demandTransmit(now)
    // Nothing to do: frames that arrived without a descriptor are lost, and the next one reads the list.
    case Offset.receiveDemand: break
    case Offset.receiveList:
      setBase(
        &receiveRing, value, isRunning: operationMode & OperationMode.startReceive != 0, "receive")
    case Offset.transmitList:
      setBase(
        &transmitRing, value, isRunning: operationMode & OperationMode.startTransmit != 0,
        "transmit")
    case Offset.status: status &= ~(value & Status.clearable)
    case Offset.operationMode:
      let starts = value & ~operationMode & OperationMode.startTransmit != 0
      operationMode = value & ~OperationMode.flush
      if starts { demandTransmit(now) }
    case Offset.interruptEnable: enabledInterrupts = value & Status.clearable
    case Offset.mii:
      mac[offset] = value
      if value & 3 == 1 { mac[Offset.miiData] = phyRegister(value >> 6 & 31, of: value >> 11 & 31) }
    case Offset.version: report("dwmac's version cannot be written")
    case Offset.dma...: report("dwmac has no DMA register to write at \(hex(offset))")
    default: mac[offset] = value
    }
    updateInterruptLine()
  }

  /// A software reset clears the MAC address too: firmware had set it.
  private func reset() {
    (mac, busMode, operationMode, status, enabledInterrupts) = ([:], 0x20100, 0, 0, 0)
    mac[Offset.addressHigh] = 0x8000_ffff
    mac[Offset.addressLow] = 0xffff_ffff
    (receiveRing, transmitRing, transmitTime, isStopped) = (Ring(), Ring(), nil, false)
    updateInterruptLine()
  }

  private func setBase(_ ring: inout Ring, _ value: UInt64, isRunning: Bool, _ what: String) {
    if isRunning { return report("dwmac is given a \(what) list while another one is in use") }
    ring.base = value & ~3
    ring.current = ring.base
  }

  private func demandTransmit(_ now: UInt64) {
    guard operationMode & OperationMode.startTransmit != 0 else { return }
    transmitTime = transmitTime ?? now + Self.reactionTime
  }

  // MARK: Link

  /// Whether the cable is plugged in.
  var isLinkUp = true {
    didSet {
      guard isLinkUp != oldValue else { return }
      if !isLinkUp { linkWasLost = true }
      linkPending = true
      updateInterruptLine()
    }
  }

  private var lineInterrupt: Bool { linkPending && mac[Offset.interruptMask, default: 0] & 1 == 0 }

  private func phyRegister(_ number: UInt64, of address: UInt64) -> UInt64 {
    guard address == 0 else { return 0xffff }
    switch number {
    // BMSR: all speeds up to 100 Mbit/s, extended status, negotiation complete. The link bit latches low
    // until it is read.
    case 1:
      defer { linkWasLost = false }
      return isLinkUp ? (linkWasLost ? 0x7969 : 0x796d) : 0x7949
    case 2: return 0x001c
    case 3: return 0xc916
    default: return 0
    }
  }

  // MARK: Interrupts and time

  func raise(_ bits: UInt64) {
    status |= bits
    updateInterruptLine()
  }

  /// The summary bits and their causes, both as far as they are enabled, and the link's interrupt.
  private var wantsInterrupt: Bool {
    let pending = status & enabledInterrupts
    let normal = pending & Status.normal != 0 && pending & Status.normalCauses != 0
    let abnormal =
      pending & Status.abnormal != 0
      && pending & ~(Status.normalCauses | Status.normal | Status.abnormal) != 0
    return normal || abnormal || lineInterrupt
  }

  private func updateInterruptLine() {
    if wantsInterrupt == isHigh { return }
    isHigh.toggle()
    interrupt(isHigh)
  }

  var nextEvent: UInt64? { earliest(transmitTime, link.nextEvent) }

  func advance(to now: UInt64) {
    if let time = transmitTime, time <= now {
      transmitTime = nil
      if !isStopped { transmitAll(now) }
    }
    link.advance(to: now)
  }

  func checkInvariants() -> String? {
    if isHigh != wantsInterrupt { return "the interrupt line does not follow the status" }
    let running = OperationMode.startTransmit | OperationMode.startReceive
    if isStopped, status & Status.busError != 0, operationMode & running == running {
      return "the DMA runs after a bus error"
    }
    return nil
  }
}
