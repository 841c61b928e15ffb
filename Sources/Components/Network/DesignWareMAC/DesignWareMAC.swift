// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import NetworkComponents
import Registers

/// The ethernet MAC of the Odroid-C4. Clocks, pins and the PHY are as the boot loader has left them; the
/// speed is, too, until the link changes.
///
/// Checksums of IP, UDP, TCP and ICMP are inserted by the card in every frame, whether the sender has
/// computed them or not.
public struct DesignWareMAC<Bus: RegisterBus, Memory: DMAMemory>: EthernetDevice {
  private typealias Map = MACRegisters

  /// Bytes of registers that the driver reaches.
  public static var registersByteCount: Int { 0x1020 }
  /// Bytes of a received frame's buffer that the card may use: a multiple of 4 above the longest frame.
  private static var receiveByteCount: UInt32 { 0x600 }
  /// Bytes of the check sequence, which the card leaves at the end of a received frame.
  private static var checkSequenceByteCount: Int { 4 }
  // How often a bit is looked at before it is given up.
  private static var patience: Int { 1_000_000 }
  // How often the card is started anew without a frame that has come.
  private static var restartLimit: Int { 8 }

  private let bus: Bus
  private let receiveMemory: Memory
  private let transmitMemory: Memory
  private let receiveAddress: UInt64
  private let transmitAddress: UInt64
  private var receiveRing: DescriptorRing<Memory>
  private var transmitRing: DescriptorRing<Memory>
  private var transmitInterrupt = false
  private var linkChanged = false
  private var spoiledLeft: Int
  private var restartsLeft: Int
  private var isDead = false

  /// Buffers that came back without a whole and good frame, and were given to the card again; wraps.
  public private(set) var spoiled: UInt32 = 0
  /// Errors of the bus, after each of which the card has been started anew; wraps.
  public private(set) var busErrors: UInt32 = 0

  /// Memory for the rings, 4,096 bytes each, and their addresses as the device has them.
  public init(
    _ bus: Bus, receive: (memory: Memory, ioAddress: UInt64),
    transmit: (memory: Memory, ioAddress: UInt64)
  ) {
    self.bus = bus
    (receiveMemory, receiveAddress) = receive
    (transmitMemory, transmitAddress) = transmit
    receiveRing = DescriptorRing(receive.memory, endBit: MACDescriptor.receiveEnd)
    transmitRing = DescriptorRing(transmit.memory, endBit: MACDescriptor.transmitEnd)
    (spoiledLeft, restartsLeft) = (DescriptorRing<Memory>.size, Self.restartLimit)
  }

  // MARK: Start

  public mutating func start() throws(EthernetDeviceFault) {
    let bytes = DescriptorRing<Memory>.size &* MACDescriptor.byteCount
    guard receiveMemory.byteCount >= bytes, transmitMemory.byteCount >= bytes,
      let receiveList = UInt32(exactly: receiveAddress),
      let transmitList = UInt32(exactly: transmitAddress)
    else { throw .ringMemory }
    let configuration = try reset()
    receiveRing.begin()
    transmitRing.begin()
    transmitInterrupt = false
    run(configuration, receiveList, transmitList)
  }

  /// After an error of the bus the card does nothing more until it is reset. What it had comes back: buffers
  /// to receive into as spoiled, so that they are given to it again, and frames to send as sent.
  private mutating func restart() {
    busErrors &+= 1
    restartsLeft &-= 1
    do throws(EthernetDeviceFault) {
      guard restartsLeft >= 0 else { throw .unusable }
      let configuration = try reset()
      receiveRing.abandon()
      transmitRing.abandon()
      run(
        configuration, UInt32(truncatingIfNeeded: receiveAddress),
        UInt32(truncatingIfNeeded: transmitAddress))
    } catch {
      isDead = true
    }
  }

  /// Everything but the rings, up to a card that neither sends nor receives; how the MAC is set.
  private mutating func reset() throws(EthernetDeviceFault) -> MACRegisters.Configuration {
    // The reset takes what the boot loader has set: address and speed.
    let (low, high) = (bus.read(Map.addressLow), bus.read(Map.addressHigh))
    let speed = bus.read(Map.configuration)[Map.Configuration.speed]
    bus.modify(Map.busMode) { $0[Map.BusMode.reset] = 1 }
    guard Self.wait({ !bus.read(Map.busMode).has(Map.BusMode.reset) }) else { throw .unusable }
    bus.write(
      Map.OperationMode(bits: 0).with(Map.OperationMode.flushTransmit, true), to: Map.operationMode)
    guard Self.wait({ !bus.read(Map.operationMode).has(Map.OperationMode.flushTransmit) }) else {
      throw .unusable
    }
    bus.write(low, to: Map.addressLow)
    bus.write(high, to: Map.addressHigh)

    // The longest bursts with which a frame still fits into the transmit FIFO of 2 KiB.
    var mode = Map.BusMode(bits: 0)
      .with(Map.BusMode.separateBursts, true).with(Map.BusMode.timesEight, true)
    mode[Map.BusMode.receiveBurst] = 32
    mode[Map.BusMode.transmitBurst] = 16
    bus.write(mode, to: Map.busMode)
    bus.write(Self.operation, to: Map.operationMode)
    var configuration = Map.Configuration(bits: 0)
      .with(Map.Configuration.fullDuplex, true).with(Map.Configuration.checksums, true)
    configuration[Map.Configuration.speed] = speed
    bus.write(configuration, to: Map.configuration)
    return configuration
  }

  private static var operation: MACRegisters.OperationMode {
    Map.OperationMode(bits: 0)
      .with(Map.OperationMode.storeAndForwardReceive, true)
      .with(Map.OperationMode.storeAndForwardTransmit, true)
      .with(Map.OperationMode.secondFrame, true)
  }

  private mutating func run(
    _ configuration: MACRegisters.Configuration, _ receiveList: UInt32, _ transmitList: UInt32
  ) {
    receiveMemory.orderStores()
    bus.write(Map.Word(bits: receiveList), to: Map.receiveList)
    bus.write(Map.Word(bits: transmitList), to: Map.transmitList)
    // Which addresses are ours the virtualiser knows.
    bus.modify(Map.frameFilter) { $0[Map.FrameFilter.promiscuous] = 1 }
    enableInterrupts()
    // Of the MAC's own only the link's.
    bus.modify(Map.interruptMask) {
      $0[Map.MACInterrupts.others] = 7
      $0[Map.MACInterrupts.link] = 0
    }
    bus.write(
      configuration.with(Map.Configuration.receive, true).with(Map.Configuration.transmit, true),
      to: Map.configuration)
    bus.write(
      Self.operation.with(Map.OperationMode.startReceive, true)
        .with(Map.OperationMode.startTransmit, true),
      to: Map.operationMode)
  }

  private static func wait(_ isDone: () -> Bool) -> Bool {
    for _ in 0..<patience where isDone() { return true }
    return false
  }

  private mutating func enableInterrupts() {
    bus.write(
      Map.Interrupts(bits: 0)
        .with(Map.Interrupts.normal, true).with(Map.Interrupts.abnormal, true)
        .with(Map.Interrupts.receive, true).with(Map.Interrupts.busError, true)
        .with(Map.Interrupts.transmit, transmitInterrupt),
      to: Map.interruptEnable)
  }

  // MARK: Work

  /// The card has 32 bits of address, and 11 of length.
  public mutating func accepts(_ address: UInt64, length: Int) -> Bool {
    address <= UInt64(UInt32.max) && length <= 0x7ff
  }

  public var hasReceiveRoom: Bool { mutating get { receiveRing.hasRoom } }

  public mutating func provide(_ address: UInt64) {
    receiveRing.add(UInt32(truncatingIfNeeded: address), control: Self.receiveByteCount)
  }

  /// What is spoiled is looked over for no longer than a ring lasts between two calls of `kick`: what has
  /// come later has raised the line again.
  public mutating func received() -> (address: UInt64, length: Int)? {
    while spoiledLeft > 0, let (address, status) = receiveRing.take() {
      let length = MACDescriptor.length(status)
      if MACDescriptor.isWholeFrame(status), length > Self.checkSequenceByteCount,
        length <= Int(Self.receiveByteCount)
      {
        restartsLeft = Self.restartLimit
        return (UInt64(address), length &- Self.checkSequenceByteCount)
      }
      // The buffer is as good as before.
      spoiled &+= 1
      spoiledLeft &-= 1
      receiveRing.add(address, control: Self.receiveByteCount)
    }
    return nil
  }

  public var hasTransmitRoom: Bool { mutating get { transmitRing.hasRoom } }

  public mutating func transmit(_ address: UInt64, length: Int) {
    transmitRing.add(
      UInt32(truncatingIfNeeded: address),
      control: UInt32(truncatingIfNeeded: length & 0x7ff) | MACDescriptor.wholeFrame)
  }

  public mutating func transmitted() -> UInt64? { transmitRing.take().map { UInt64($0.address) } }

  /// The card sleeps when it finds no descriptor, and looks again when it is told to.
  public mutating func kick() {
    spoiledLeft = DescriptorRing<Memory>.size
    if receiveRing.hasNews {
      receiveRing.hasNews = false
      receiveMemory.orderStores()
      bus.write(Map.Word(bits: .max), to: Map.receivePoll)
    }
    if transmitRing.hasNews {
      transmitRing.hasNews = false
      transmitMemory.orderStores()
      bus.write(Map.Word(bits: .max), to: Map.transmitPoll)
    }
  }

  public mutating func takeInterrupts() -> Bool {
    let status = bus.read(Map.status)
    if status.has(Map.Interrupts.line) { adoptLink() }
    let events = Map.Interrupts(bits: status[Map.Interrupts.events])
    guard events.bits != 0 else { return false }
    bus.write(events, to: Map.status)
    if events.has(Map.Interrupts.busError) { restart() }
    return events.has(Map.Interrupts.receive)
      || transmitInterrupt && events.has(Map.Interrupts.transmit)
      || events.has(Map.Interrupts.busError)
  }

  /// Whether the card stands still after an error of the bus, for good.
  public var hasFailed: Bool { mutating get { isDead } }

  public mutating func setTransmitInterrupt(_ on: Bool) {
    guard on != transmitInterrupt else { return }
    transmitInterrupt = on
    enableInterrupts()
  }

  /// The address that the boot loader has set, first byte on the wire lowest.
  public var macAddress: UInt64 {
    UInt64(bus.read(Map.addressLow).bits) | UInt64(bus.read(Map.addressHigh).bits & 0xffff) << 32
  }

  // MARK: Link

  public mutating func takeLinkChange() -> Bool {
    defer { linkChanged = false }
    return linkChanged
  }

  /// Takes back the link's interrupt. A link that has come up may have another speed than before.
  private mutating func adoptLink() {
    linkChanged = true
    let link = bus.read(Map.linkStatus)
    guard link.has(Map.LinkStatus.isUp) else { return }
    bus.modify(Map.configuration) {
      switch link[Map.LinkStatus.speed] {
      case 0: $0[Map.Configuration.speed] = 2
      case 1: $0[Map.Configuration.speed] = 3
      default: $0[Map.Configuration.speed] = 0
      }
    }
  }

  /// By the PHY's status register. Its bit stays 0 after a loss until it has been read, so that the second
  /// answer counts (22.2.4.2.13).
  public var isLinkUp: Bool {
    mutating get {
      guard managementRegister(1) != nil, let status = managementRegister(1) else { return true }
      return status & 1 << 2 != 0
    }
  }

  /// A register of the PHY, which is at address 0; nil where there is no answer.
  private mutating func managementRegister(_ number: UInt32) -> UInt32? {
    var cycle = Map.Management(bits: 0).with(Map.Management.busy, true)
    cycle[Map.Management.clockRange] = 4
    cycle[Map.Management.register] = number
    bus.write(cycle, to: Map.managementAddress)
    guard Self.wait({ !bus.read(Map.managementAddress).has(Map.Management.busy) }) else {
      return nil
    }
    let data = bus.read(Map.managementData).bits & 0xffff
    // A line that nobody drives is high.
    return data == 0xffff ? nil : data
  }
}
