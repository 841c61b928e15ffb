// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import NetworkComponents
import Registers

/// The Ethernet MAC of the Odroid-C4. The boot loader has set up clocks, pins and PHY, and the speed until the link
/// first changes.
///
/// The card inserts checksums of IP, UDP, TCP and ICMP into every frame, even if the sender has computed them.
public struct DesignWareMAC<Bus: RegisterBus, Memory: DMAMemory>: EthernetDevice {
  private typealias Map = MACRegisters

  /// Size in bytes of the registers that the driver uses.
  public static var registersByteCount: Int { 0x1020 }
  /// Bytes of a receive buffer that the card may fill: a multiple of 4, larger than the longest frame.
  private static var receiveByteCount: UInt32 { 0x600 }
  /// Size of the frame check sequence, which the card leaves at the end of a received frame.
  private static var checkSequenceByteCount: Int { 4 }
  // How many times to poll a bit before giving up.
  private static var patience: Int { 1_000_000 }
  // How many restarts without a received frame in between count as permanent failure.
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

  /// Buffers returned without a whole and good frame, and given to the card again; wraps.
  public private(set) var spoiled: UInt32 = 0
  /// Bus errors, after each of which the card was restarted; wraps.
  public private(set) var busErrors: UInt32 = 0

  /// `receive` and `transmit` are memory for the rings, 4,096 bytes each, with their bus addresses.
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

  /// Resets the card and starts it with empty rings. Throws `ringMemory` if a ring's memory is too small or lies
  /// beyond 32 bits of address.
  public mutating func start() throws(EthernetDeviceFault) {
    let bytes = DescriptorRing<Memory>.size &* MACDescriptor.byteCount
    guard receiveMemory.byteCount >= bytes, transmitMemory.byteCount >= bytes,
      let receiveList = UInt32(exactly: receiveAddress),
      let transmitList = UInt32(exactly: transmitAddress)
    else { throw .ringMemory }
    let configuration = try reset()
    receiveRing.empty()
    transmitRing.empty()
    transmitInterrupt = false
    run(configuration, receiveList, transmitList)
  }

  /// Resets the card, which does nothing after a bus error until then. Receive buffers that it had come back as
  /// spoiled, and so return to the ring; frames to send come back as sent.
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

  /// Sets up everything except the rings, with sending and receiving off. Returns the MAC's configuration.
  private mutating func reset() throws(EthernetDeviceFault) -> MACRegisters.Configuration {
    // The reset clears what the boot loader has set, so save address and speed.
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

    // The longest bursts that leave room for a frame in the 2 KiB transmit FIFO.
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
    // The descriptors must be in memory before the card learns where they are. The MAC is enabled after its filter
    // and interrupts are set, and the DMA last: it fetches descriptors at once.
    receiveMemory.orderStores()
    bus.write(Map.Word(bits: receiveList), to: Map.receiveList)
    bus.write(Map.Word(bits: transmitList), to: Map.transmitList)
    // Pass every frame: the receive virtualiser knows the clients' addresses and filters by them.
    bus.modify(Map.frameFilter) { $0[Map.FrameFilter.promiscuous] = 1 }
    enableInterrupts()
    // Of the MAC's own interrupts, enable only the link's.
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

  /// A descriptor has 32 bits of address and 11 bits of length.
  public mutating func accepts(_ address: UInt64, length: Int) -> Bool {
    address <= UInt64(UInt32.max) && length <= 0x7ff
  }

  /// Whether a receive descriptor is free.
  public var hasReceiveRoom: Bool { mutating get { receiveRing.hasRoom } }

  /// Adds an empty buffer; the card may use it at once.
  public mutating func provide(_ address: UInt64) {
    receiveRing.add(UInt32(truncatingIfNeeded: address), control: Self.receiveByteCount)
  }

  /// The next whole and good frame. Spoiled buffers go back to the card, at most one ring of them between two calls
  /// of `kick`; those beyond that have raised the interrupt again.
  public mutating func received() -> (address: UInt64, length: Int)? {
    while spoiledLeft > 0, let (address, status) = receiveRing.reclaim() {
      let length = MACDescriptor.length(status)
      if MACDescriptor.isWholeFrame(status), length > Self.checkSequenceByteCount,
        length <= Int(Self.receiveByteCount)
      {
        restartsLeft = Self.restartLimit
        return (UInt64(address), length &- Self.checkSequenceByteCount)
      }
      // No good frame in it: give the buffer to the card again.
      spoiled &+= 1
      spoiledLeft &-= 1
      receiveRing.add(address, control: Self.receiveByteCount)
    }
    return nil
  }

  /// Whether a transmit descriptor is free.
  public var hasTransmitRoom: Bool { mutating get { transmitRing.hasRoom } }

  /// Adds a frame; the card may fetch it at once.
  public mutating func transmit(_ address: UInt64, length: Int) {
    transmitRing.add(
      UInt32(truncatingIfNeeded: address),
      control: UInt32(truncatingIfNeeded: length & 0x7ff) | MACDescriptor.wholeFrame)
  }

  /// The next buffer whose frame has been sent, or lost in a reset.
  public mutating func transmitted() -> UInt64? {
    transmitRing.reclaim().map { UInt64($0.address) }
  }

  /// Wakes the card's DMA, which suspends when it finds no descriptor that it owns. The barrier puts the ownership bits
  /// before the poll demand: otherwise the card could look, find nothing and suspend again.
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

  /// Reads and clears the causes of the interrupt. Restarts the card after a bus error.
  public mutating func takeInterrupts() -> Bool {
    let status = bus.read(Map.status)
    if status.has(Map.Interrupts.line) { adoptLink() }
    let events = Map.Interrupts(bits: status[Map.Interrupts.events])
    guard events.bits != 0 else { return false }
    // Clear before the rings are read: a frame that comes later raises the line again.
    bus.write(events, to: Map.status)
    if events.has(Map.Interrupts.busError) { restart() }
    return events.has(Map.Interrupts.receive)
      || transmitInterrupt && events.has(Map.Interrupts.transmit)
      || events.has(Map.Interrupts.busError)
  }

  /// Whether the card could not be restarted after a bus error.
  public var hasFailed: Bool { mutating get { isDead } }

  /// Turns interrupts for sent frames on or off.
  public mutating func setTransmitInterrupt(_ on: Bool) {
    guard on != transmitInterrupt else { return }
    transmitInterrupt = on
    enableInterrupts()
  }

  /// The MAC address that the boot loader has set, with the first byte on the wire lowest.
  public var macAddress: UInt64 {
    UInt64(bus.read(Map.addressLow).bits) | UInt64(bus.read(Map.addressHigh).bits & 0xffff) << 32
  }

  // MARK: Link

  /// Whether a link interrupt came since the last call.
  public mutating func takeLinkChange() -> Bool {
    defer { linkChanged = false }
    return linkChanged
  }

  /// Clears the link interrupt by reading the link's status, and sets the MAC to the speed of a link that has come up.
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

  /// The PHY's status register over MDIO. Its link bit latches a loss until it is read, so the second read counts
  /// (IEEE 802.3, 22.2.4.2.13).
  public var isLinkUp: Bool {
    mutating get {
      guard managementRegister(1) != nil, let status = managementRegister(1) else { return true }
      return status & 1 << 2 != 0
    }
  }

  /// Reads a register of the PHY at address 0; nil if it does not answer.
  private mutating func managementRegister(_ number: UInt32) -> UInt32? {
    var cycle = Map.Management(bits: 0).with(Map.Management.busy, true)
    cycle[Map.Management.clockRange] = 4
    cycle[Map.Management.register] = number
    bus.write(cycle, to: Map.managementAddress)
    guard Self.wait({ !bus.read(Map.managementAddress).has(Map.Management.busy) }) else {
      return nil
    }
    let data = bus.read(Map.managementData).bits & 0xffff
    // An undriven line reads as ones.
    return data == 0xffff ? nil : data
  }
}
