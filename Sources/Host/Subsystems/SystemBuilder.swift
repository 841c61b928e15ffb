// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Boards
import DeviceTree
import SystemModel

/// A system under construction: add protection domains, let subsystems connect them, and take the
/// result, with every record that the domains read at start, from `layout()`.
///
/// It is deterministic: the same calls give the same bytes.
public struct SystemBuilder {
  /// Refers to a protection domain of this builder.
  public struct PD: Hashable, Sendable {
    let index: Int
    /// Unique in the system.
    public let name: String
  }

  /// Refers to a memory region of this builder.
  public struct RegionHandle: Hashable, Sendable {
    /// Unique in the system.
    public let name: String
    /// In bytes, a multiple of 4 KiB.
    public let size: ByteCount
    /// Nil for ordinary memory, which the Microkit tool places.
    public let physicalAddress: PhysicalAddress?
  }

  /// Where one protection domain sees a region.
  public struct Mapping: Hashable, Sendable {
    /// The mapped region.
    public let region: RegionHandle
    /// First address, in the domain's address space.
    public let address: VirtualAddress
  }

  private struct State {
    var domain: ProtectionDomain
    var parent: Int?
    var sourceImage: String
    var addresses = VirtualAddressAllocator()
    var channelIDs = IdentifierAllocator()
    var childIDs = IdentifierAllocator()
  }

  /// The board that the system is for.
  public let board: Board
  /// The board's devices.
  public let tree: DeviceTree
  /// The drivers to choose from.
  public let drivers: [DriverDescription]

  private var states: [State] = []
  private var regions: [MemoryRegion] = []
  private var regionNames: Set<String> = []
  private var deviceRegions: [PhysicalAddress: RegionHandle] = [:]
  private(set) var channels: [Channel] = []
  var records: [PlacedRecord] = []
  private var fixedAddresses: [IPv4Address: String] = [:]
  private var physical: PhysicalMemoryAllocator

  /// Starts an empty system for a board, whose devices stand in `tree`.
  public init(
    board: Board, tree: DeviceTree, drivers: [DriverDescription] = DriverDescription.builtIn
  ) {
    self.board = board
    self.tree = tree
    self.drivers = drivers
    let memory = board.dmaMemory(in: tree)
    physical = PhysicalMemoryAllocator(
      top: memory.upperBound.rawValue, bottom: memory.lowerBound.rawValue)
  }

  // MARK: Protection domains

  /// Adds a protection domain, as a child of `parent` if one is given.
  ///
  /// - Parameters:
  ///   - name: 1 to 63 letters, digits, '_' or '-'; unique in the system.
  ///   - sourceImage: file name of the ELF to copy the domain's image from; domains may share one.
  ///     The system file names the copy, `<name>.elf`.
  ///   - budget: nil means the Microkit tool's 1000 us.
  ///   - period: nil means the same as the budget.
  ///   - heap: size of the heap, rounded up to pages; nil for programs that do not allocate. Large
  ///     heaps take the fewest pages as multiples of 2 MiB.
  /// - Throws: `invalidDomainName`, `duplicateDomain`, `stackTooSmall` for one of Serval's programs,
  ///   `identifiersExhausted` for a parent's 63rd
  ///   child, or what `addRegion` throws for the heap.
  public mutating func add(
    _ name: String, sourceImage: String, priority: Priority, budget: Microseconds? = nil,
    period: Microseconds? = nil, passive: Bool = false,
    stackSize: ByteCount = SystemBuilder.defaultStackSize, heap: ByteCount? = nil,
    parent: PD? = nil
  ) throws(SubsystemError) -> PD {
    guard Self.isFileName(name) else { throw .invalidDomainName(name) }
    if states.contains(where: { $0.domain.name == name }) { throw .duplicateDomain(name) }
    try Self.checkStack(stackSize, of: sourceImage, domain: name)
    var domain = ProtectionDomain(
      name, image: .init("\(name).elf"), priority: priority, budget: budget, period: period,
      passive: passive, stackSize: stackSize)
    if let parent {
      guard let id = states[parent.index].childIDs.allocateLowest() else {
        throw .identifiersExhausted(domain: parent.name)
      }
      domain.childID = ChildID(UInt64(id.rawValue))
    }
    states.append(State(domain: domain, parent: parent?.index, sourceImage: sourceImage))
    let pd = PD(index: states.count - 1, name: name)
    if let heap { try addHeap(heap, to: pd) }
    return pd
  }

  /// Makes `parent` the parent of all other domains that have none, in the order of their addition. Children have the identifiers from 0
  /// on.
  ///
  /// - Throws: `identifiersExhausted`.
  mutating func adoptAll(by parent: PD) throws(SubsystemError) -> [PD] {
    var children: [PD] = []
    for index in states.indices where index != parent.index && states[index].parent == nil {
      guard let id = states[parent.index].childIDs.allocateLowest() else {
        throw .identifiersExhausted(domain: parent.name)
      }
      states[index].parent = parent.index
      states[index].domain.childID = ChildID(UInt64(id.rawValue))
      children.append(PD(index: index, name: states[index].domain.name))
    }
    return children
  }

  /// A domain as it stands, without its children.
  public func domain(_ pd: PD) -> ProtectionDomain { states[pd.index].domain }

  /// Lets a domain run on its callers' time after `init`.
  public mutating func makePassive(_ pd: PD) { states[pd.index].domain.passive = true }

  /// 16 KiB: Swift code outgrows the 4 KiB of SDKs before 2.1, and SDKs before 2.3 have no guard
  /// page.
  public static let defaultStackSize = ByteCount.kibibytes(16)

  // MARK: Memory

  /// Adds ordinary memory: the Microkit tool places it, and the kernel zeroes it.
  ///
  /// - Throws: `duplicateRegion`, or `invalidRegionSize` for 0 bytes and sizes that cannot be
  ///   rounded up to pages.
  public mutating func addRegion(
    _ name: String, size: ByteCount
  ) throws(SubsystemError) -> RegionHandle {
    try add(name, size: size, at: nil)
  }

  /// Adds memory that a device reaches, at a physical address chosen here.
  ///
  /// The kernel does not zero it where it lies outside the memory that seL4 manages.
  ///
  /// - Throws: also `physicalMemoryExhausted`.
  public mutating func addDMARegion(
    _ name: String, size: ByteCount
  ) throws(SubsystemError) -> RegionHandle {
    guard let rounded = size.roundedUp(to: Self.pageSize), let address = physical.allocate(rounded)
    else { throw .physicalMemoryExhausted(region: name, size: size) }
    return try add(name, size: size, at: address)
  }

  /// Adds a device's registers, in whole pages; devices in the same pages share a region.
  public mutating func addDeviceRegion(
    _ name: String, size: ByteCount, at address: PhysicalAddress
  ) throws(SubsystemError) -> RegionHandle {
    if let existing = deviceRegions[address] { return existing }
    let region = try add(name, size: size, at: address)
    deviceRegions[address] = region
    return region
  }

  private mutating func add(
    _ name: String, size: ByteCount, at address: PhysicalAddress?
  ) throws(SubsystemError) -> RegionHandle {
    guard let rounded = size.roundedUp(to: Self.pageSize), rounded.rawValue > 0 else {
      throw .invalidRegionSize(region: name, size: size)
    }
    guard regionNames.insert(name).inserted else { throw .duplicateRegion(name) }
    // Explicit, because SDK 1.4.1 never chooses large pages itself.
    let large =
      address == nil && Self.bestPageSize(for: rounded) == MemoryRegion.PageSize.large.byteCount
    regions.append(
      MemoryRegion(
        name, size: rounded, pageSize: large ? .large : nil, physicalAddress: address))
    return RegionHandle(name: name, size: rounded, physicalAddress: address)
  }

  /// Maps a region at the domain's next free address.
  ///
  /// - Throws: `addressSpaceExhausted`.
  @discardableResult
  public mutating func map(
    _ region: RegionHandle, into pd: PD, _ permissions: Permissions, cached: Bool = true
  ) throws(SubsystemError) -> Mapping {
    guard let address = states[pd.index].addresses.allocate(region.size) else {
      throw .addressSpaceExhausted(domain: pd.name, region: region.name)
    }
    states[pd.index].domain.maps.append(
      Map(region.name, at: address, permissions, cached: cached))
    return Mapping(region: region, address: address)
  }

  static let pageSize: ByteCount = 0x1000

  /// 2 MiB for sizes that are a multiple of it, otherwise 4 KiB.
  static func bestPageSize(for size: ByteCount) -> ByteCount {
    let large = MemoryRegion.PageSize.large.byteCount
    return size.rawValue % large.rawValue == 0 ? large : pageSize
  }

  // MARK: Interrupts and channels

  /// Delivers an interrupt to a domain.
  ///
  /// - Returns: the domain's identifier for it.
  /// - Throws: `interruptTaken` or `identifiersExhausted`.
  public mutating func addInterrupt(
    _ number: IRQNumber, _ trigger: Interrupt.Trigger, to pd: PD
  ) throws(SubsystemError) -> ChannelID {
    for state in states {
      if state.domain.interrupts.contains(where: { $0.number == number }) {
        throw .interruptTaken(number, by: state.domain.name, wantedBy: pd.name)
      }
    }
    let id = try allocateChannelID(of: pd)
    states[pd.index].domain.interrupts.append(Interrupt(number, trigger, id: id))
    return id
  }

  /// What the two ends of a channel may do.
  public enum ChannelKind: Sendable {
    /// Both ends may signal.
    case notifications
    /// The client makes protected calls and cannot signal; the server may signal back.
    case protectedCalls
  }

  /// Connects a server, which comes first as in sDDF, with a client.
  ///
  /// - Returns: each end's identifier for the channel.
  /// - Throws: `selfConnection`, `calleeNotMoreUrgent` or `identifiersExhausted`.
  public mutating func connect(
    server: PD, client: PD, _ kind: ChannelKind = .notifications
  ) throws(SubsystemError) -> (server: ChannelID, client: ChannelID) {
    if server == client { throw .selfConnection(domain: server.name) }
    if case .protectedCalls = kind {
      let (callee, caller) = (domain(server), domain(client))
      guard (callee.priority ?? 0).isMoreUrgent(than: caller.priority ?? 0) else {
        throw .calleeNotMoreUrgent(
          callee: server.name, callee.priority ?? 0, caller: client.name, caller.priority ?? 0)
      }
    }
    let serverID = try allocateChannelID(of: server)
    let clientID = try allocateChannelID(of: client)
    let calls = kind == .protectedCalls
    channels.append(
      Channel(
        .init(server.name, id: serverID),
        .init(client.name, id: clientID, mayCall: calls, mayNotify: !calls)))
    return (serverID, clientID)
  }

  private mutating func allocateChannelID(of pd: PD) throws(SubsystemError) -> ChannelID {
    guard let id = states[pd.index].channelIDs.allocateLowest() else {
      throw .identifiersExhausted(domain: pd.name)
    }
    return id
  }

  // MARK: Records

  /// Adds a record for a domain to read at start.
  ///
  /// - Parameters:
  ///   - section: ELF section for it in the domain's image.
  ///   - fileName: what to call it when records are written as files.
  ///   - isSecret: whether only the owner may read files with it: the domain's image, or the record's.
  /// - Throws: `duplicateRecord` for a second one in the same section.
  public mutating func addRecord(
    _ bytes: [UInt8], section: String, fileName: String, to pd: PD, isSecret: Bool = false
  ) throws(SubsystemError) {
    if records.contains(where: { $0.domain == pd.name && $0.section == section }) {
      throw .duplicateRecord(domain: pd.name, section: section)
    }
    records.append(
      PlacedRecord(
        domain: pd.name, section: section, fileName: fileName, bytes: bytes, isSecret: isSecret))
  }

  /// Notes a client's fixed address.
  ///
  /// - Throws: `duplicateAddress` if another client has it.
  mutating func claim(_ address: IPv4Address, for client: PD) throws(SubsystemError) {
    if let other = fixedAddresses.updateValue(client.name, forKey: address), other != client.name {
      throw .duplicateAddress("\(address)", first: other, second: client.name)
    }
  }

  // MARK: Result

  /// The finished system.
  public func layout() -> SystemLayout {
    SystemLayout(
      description: SystemDescription(
        memoryRegions: regions, protectionDomains: children(of: nil), channels: channels),
      records: records,
      images: states.map { .init(domain: $0.domain.name, source: $0.sourceImage) })
  }

  private func children(of parent: Int?) -> [ProtectionDomain] {
    states.indices.filter { states[$0].parent == parent }.map { index in
      var domain = states[index].domain
      domain.children = children(of: index)
      return domain
    }
  }

  /// Domains' names become file names, so only characters that are safe there are allowed.
  private static func isFileName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 63
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
