// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import DeviceTree
import SystemModel

/// A system under construction: protection domains are added, subsystems connect them, and `layout()`
/// gives the description with every record that the protection domains read at start.
///
/// Everything it hands out is deterministic: the same calls give the same bytes.
public struct SystemBuilder {
  /// A protection domain of this builder.
  public struct PD: Hashable, Sendable {
    let index: Int
    public let name: String
  }

  /// A memory region of this builder.
  public struct Region: Hashable, Sendable {
    public let name: String
    public let size: ByteCount
    /// Known for device registers and for memory that a device reaches.
    public let physicalAddress: PhysicalAddress?
  }

  /// A region as one protection domain sees it.
  public struct Mapping: Hashable, Sendable {
    public let region: Region
    public let address: VirtualAddress
  }

  private struct State {
    var domain: ProtectionDomain
    var parent: Int?
    var sourceImage: String
    var addresses = VirtualAddressCursor()
    var channelIDs = ChannelIDPool()
    var childIDs = ChannelIDPool()
  }

  public let board: Board
  public let tree: DeviceTree

  private var states: [State] = []
  private var regions: [MemoryRegion] = []
  private var regionNames: Set<String> = []
  private var deviceRegions: [PhysicalAddress: Region] = [:]
  private var channels: [Channel] = []
  private var records: [PlacedRecord] = []
  private var physical: PhysicalAddressCursor

  public init(board: Board, tree: DeviceTree) {
    self.board = board
    self.tree = tree
    let top = board.physicalMemoryTop.rawValue
    // The RAM that the top belongs to ends it; a tree without memory nodes leaves it to the board.
    let memory = ((try? tree.memory()) ?? []).filter { $0.address < top }
    physical = PhysicalAddressCursor(top: top, bottom: memory.map(\.address).max() ?? 0)
  }

  // MARK: Protection domains

  /// Adds a protection domain, as a child of `parent` if one is given.
  ///
  /// - Parameter sourceImage: file name of the ELF that the domain's own image is made from; several
  ///   domains may share one. The system file names the domain's own copy, `<name>.elf`.
  /// - Throws: `SubsystemError` when the name is taken, empty or no file name.
  public mutating func add(
    _ name: String, sourceImage: String, priority: Priority, budget: Microseconds? = nil,
    period: Microseconds? = nil, passive: Bool = false,
    stackSize: ByteCount = SystemBuilder.defaultStackSize, parent: PD? = nil
  ) throws(SubsystemError) -> PD {
    guard Self.isFileName(name) else { throw .invalidDomainName(name) }
    if states.contains(where: { $0.domain.name == name }) { throw .duplicateDomain(name) }
    var domain = ProtectionDomain(
      name, image: .init("\(name).elf"), priority: priority, budget: budget, period: period,
      passive: passive, stackSize: stackSize)
    if let parent {
      guard let id = states[parent.index].childIDs.takeLowest() else {
        throw .identifiersExhausted(domain: parent.name)
      }
      domain.childID = id
    }
    states.append(State(domain: domain, parent: parent?.index, sourceImage: sourceImage))
    return PD(index: states.count - 1, name: name)
  }

  public func domain(_ pd: PD) -> ProtectionDomain { states[pd.index].domain }

  /// Makes a domain run on its callers' time after `init`.
  public mutating func makePassive(_ pd: PD) { states[pd.index].domain.passive = true }

  /// SDKs before 2.1 give 4 KiB, which Swift code outgrows, and no SDK before 2.3 a guard page.
  public static let defaultStackSize = ByteCount.kibibytes(16)

  // MARK: Memory

  /// Adds ordinary memory, which the Microkit tool places, zeroed at boot.
  public mutating func addRegion(
    _ name: String, size: ByteCount
  ) throws(SubsystemError) -> Region {
    try add(name, size: size, at: nil)
  }

  /// Adds memory that a device reaches: its physical address is chosen here.
  ///
  /// The kernel does not zero it on boards where it lies outside the memory that seL4 manages.
  public mutating func addDMARegion(
    _ name: String, size: ByteCount
  ) throws(SubsystemError) -> Region {
    guard let rounded = size.roundedUp(to: Self.pageSize), let address = physical.place(rounded)
    else { throw .physicalMemoryExhausted(region: name, size: size) }
    return try add(name, size: size, at: address)
  }

  /// A device's registers, in whole pages; two devices in the same pages share one region.
  public mutating func addDeviceRegion(
    _ name: String, size: ByteCount, at address: PhysicalAddress
  ) throws(SubsystemError) -> Region {
    if let existing = deviceRegions[address] { return existing }
    let region = try add(name, size: size, at: address)
    deviceRegions[address] = region
    return region
  }

  private mutating func add(
    _ name: String, size: ByteCount, at address: PhysicalAddress?
  ) throws(SubsystemError) -> Region {
    guard let rounded = size.roundedUp(to: Self.pageSize), rounded.rawValue > 0 else {
      throw .invalidRegionSize(region: name, size: size)
    }
    guard regionNames.insert(name).inserted else { throw .duplicateRegion(name) }
    // Said explicitly, because SDK 1.4.1 never chooses large pages itself.
    let large =
      address == nil && Self.bestPageSize(for: rounded) == MemoryRegion.PageSize.large.byteCount
    regions.append(
      MemoryRegion(
        name, size: rounded, pageSize: large ? .large : nil, physicalAddress: address))
    return Region(name: name, size: rounded, physicalAddress: address)
  }

  /// Maps a region at the next free address of a domain.
  @discardableResult
  public mutating func map(
    _ region: Region, into pd: PD, _ permissions: Permissions, cached: Bool = true
  ) throws(SubsystemError) -> Mapping {
    guard let address = states[pd.index].addresses.place(region.size) else {
      throw .addressSpaceExhausted(domain: pd.name, region: region.name)
    }
    states[pd.index].domain.maps.append(
      Map(region.name, at: address, permissions, cached: cached))
    return Mapping(region: region, address: address)
  }

  static let pageSize: ByteCount = 0x1000

  /// 2 MiB for regions made of whole ones, 4 KiB otherwise.
  static func bestPageSize(for size: ByteCount) -> ByteCount {
    let large = MemoryRegion.PageSize.large.byteCount
    return size.rawValue % large.rawValue == 0 ? large : pageSize
  }

  // MARK: Interrupts and channels

  /// Delivers an interrupt to a domain.
  ///
  /// - Returns: the identifier that the domain knows it by.
  public mutating func addInterrupt(
    _ number: IRQNumber, _ trigger: Interrupt.Trigger, to pd: PD
  ) throws(SubsystemError) -> ChannelID {
    for state in states {
      if state.domain.interrupts.contains(where: { $0.number == number }) {
        throw .interruptTaken(number, by: state.domain.name, wantedBy: pd.name)
      }
    }
    let id = try takeChannelID(of: pd)
    states[pd.index].domain.interrupts.append(Interrupt(number, trigger, id: id))
    return id
  }

  /// What the two ends of a channel may do beside the default of signalling each other.
  public enum ChannelKind: Sendable {
    /// Both ends may signal.
    case notifications
    /// The client makes protected calls and cannot signal; the server may signal back.
    case protectedCalls
  }

  /// Connects a server (first, by convention of sDDF) with a client.
  ///
  /// - Returns: the identifiers that the two know the channel by.
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
    let serverID = try takeChannelID(of: server)
    let clientID = try takeChannelID(of: client)
    let calls = kind == .protectedCalls
    channels.append(
      Channel(
        .init(server.name, id: serverID),
        .init(client.name, id: clientID, mayCall: calls, mayNotify: !calls)))
    return (serverID, clientID)
  }

  private mutating func takeChannelID(of pd: PD) throws(SubsystemError) -> ChannelID {
    guard let id = states[pd.index].channelIDs.takeLowest() else {
      throw .identifiersExhausted(domain: pd.name)
    }
    return id
  }

  // MARK: Records

  /// Gives a domain a record to read at start.
  ///
  /// - Parameters:
  ///   - section: ELF section of the domain's image that holds it.
  ///   - fileName: what the record is called when it is written as a file.
  public mutating func addRecord(
    _ bytes: [UInt8], section: String, fileName: String, to pd: PD
  ) throws(SubsystemError) {
    if records.contains(where: { $0.domain == pd.name && $0.section == section }) {
      throw .duplicateRecord(domain: pd.name, section: section)
    }
    records.append(
      PlacedRecord(domain: pd.name, section: section, fileName: fileName, bytes: bytes))
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

  /// Names end up in file names, so that they may hold only what is plain in one.
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
