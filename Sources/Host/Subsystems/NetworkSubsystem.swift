// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Records
import SystemModel

/// The network: a driver, virtualisers that share the card among clients, and a copier for each
/// client, so that no client maps the memory that the device writes.
public struct NetworkSubsystem {
  /// A protection domain of the builder.
  public typealias PD = SystemBuilder.PD

  /// What does not belong to one client.
  public struct Options: Hashable, Sendable {
    /// Buffers for the device to receive into: a power of two, at most 32768.
    public var receiveBuffers = 512
    /// 512 buffers.
    public init() {}
  }

  /// A domain that uses the network.
  public struct Client: Hashable, Sendable {
    /// The client.
    public var domain: PD
    /// The domain that copies received frames for it.
    public var copier: PD
    /// Nil derives one from the names of client and virtualiser.
    public var macAddress: MACAddress?
    /// Buffers for received frames: a power of two, at most 32768.
    public var receiveBuffers = 512
    /// Buffers for frames to send: a power of two, at most 32768.
    public var transmitBuffers = 512
    /// Whether the client may write its receive buffers, as lwIP must, which changes packets in
    /// place.
    public var writesReceiveBuffers = false

    /// Creates a client with 512 buffers in each direction.
    public init(_ domain: PD, copier: PD, macAddress: MACAddress? = nil) {
      self.domain = domain
      self.copier = copier
      self.macAddress = macAddress
    }
  }

  /// Bytes per buffer (sddf/network/constants.h).
  public static let bufferSize: UInt64 = 2048
  /// Room for clients in sDDF's records.
  public static let clientLimit = 64
  /// The least stack of a virtualiser, which keeps the state of `clientLimit` clients there.
  public static let virtualiserStackSize = ByteCount.kibibytes(64)

  /// The card's driver.
  public let driver: PD
  /// Collects the clients' frames for the driver.
  public let virtTx: PD
  /// Distributes received frames by MAC address.
  public let virtRx: PD
  /// What does not belong to one client.
  public var options: Options
  /// In the order of addition, each with a MAC address.
  public private(set) var clients: [Client] = []

  /// Creates a subsystem; nothing is laid out before `connect`.
  public init(driver: PD, virtTx: PD, virtRx: PD, options: Options = Options()) {
    self.driver = driver
    self.virtTx = virtTx
    self.virtRx = virtRx
    self.options = options
  }

  /// Adds a client.
  ///
  /// - Throws: `duplicateClient`, `tooManyClients`, `bufferCount`, `unusableMAC` or `duplicateMAC`.
  public mutating func addClient(_ client: Client) throws(SubsystemError) {
    let name = client.domain.name
    if clients.contains(where: { $0.domain == client.domain }) {
      throw .duplicateClient(subsystem: "network", client: name)
    }
    if clients.contains(where: { $0.copier == client.copier }) {
      throw .duplicateClient(subsystem: "network", client: client.copier.name)
    }
    if clients.count == Self.clientLimit {
      throw .tooManyClients(subsystem: "network", limit: Self.clientLimit)
    }
    for count in [client.receiveBuffers, client.transmitBuffers] where !Self.isCapacity(count) {
      throw .bufferCount(client: name, count: count)
    }
    var client = client
    let mac = client.macAddress ?? .derived(system: virtRx.name, client: name)
    if mac.isMulticast || mac.value == 0 { throw .unusableMAC(client: name, text: "\(mac)") }
    if let other = clients.first(where: { $0.macAddress == mac }) {
      throw .duplicateMAC(text: "\(mac)", first: other.domain.name, second: name)
    }
    client.macAddress = mac
    clients.append(client)
  }

  /// Queue indices are free-running 16-bit numbers, so a capacity must divide 65536.
  private static func isCapacity(_ count: Int) -> Bool {
    (1...32768).contains(count) && count & (count - 1) == 0
  }

  /// Adds the queues, buffers, channels and records of all clients.
  ///
  /// - Throws: `SubsystemError`, or an error of the board or its device tree.
  public func connect(in system: inout SystemBuilder) throws {
    if clients.isEmpty { throw SubsystemError.noClients(subsystem: "network") }
    guard Self.isCapacity(options.receiveBuffers) else {
      throw SubsystemError.bufferCount(client: driver.name, count: options.receiveBuffers)
    }
    for virtualiser in [virtTx, virtRx] {
      let size = system.domain(virtualiser).stackSize ?? SystemBuilder.defaultStackSize
      guard size >= Self.virtualiserStackSize else {
        throw SubsystemError.stackTooSmall(
          domain: virtualiser.name, size: size, needed: Self.virtualiserStackSize)
      }
    }
    let device = try system.attach(.ethernet, to: driver)
    var records = DomainRecords(clients: clients)

    let received = try connectReceive(device, &records, in: &system)
    try connectTransmit(device, &records, in: &system)
    for index in clients.indices {
      try connectReceive(ofClient: index, received, device, &records, in: &system)
      try connectTransmit(ofClient: index, device, &records, in: &system)
    }
    try add(records, to: &system)
  }

  private struct DomainRecords {
    var driver = RecordBytes<NetDriverConfig>()
    var virtRx = RecordBytes<NetVirtRxConfig>()
    var virtTx = RecordBytes<NetVirtTxConfig>()
    var copiers: [RecordBytes<NetCopyConfig>]
    var clients: [RecordBytes<NetClientConfig>]

    init(clients: [Client]) {
      copiers = clients.map { _ in .init() }
      self.clients = clients.map { _ in .init() }
    }
  }

  // MARK: Between driver and virtualisers

  /// - Returns: the region that the device receives into.
  private func connectReceive(
    _ device: String, _ records: inout DomainRecords, in system: inout SystemBuilder
  ) throws(SubsystemError) -> SystemBuilder.RegionHandle {
    let queues = try link(
      server: driver, client: virtRx, options.receiveBuffers, device, in: &system)
    records.driver[NetDriverConfig.virtRx] = queues.server
    records.virtRx[NetVirtRxConfig.driver] = queues.client

    // Only the device writes received packets: a dirty cache line could be evicted over them.
    let data = try system.addDMARegion(
      "\(device)/net/rx/data/device", size: buffers(options.receiveBuffers))
    records.virtRx[NetVirtRxConfig.data] = .init(try system.map(data, into: virtRx, .read))

    let metadata = try system.addRegion(
      "\(device)/net/rx/virt_metadata", size: ByteCount(UInt64(options.receiveBuffers)))
    records.virtRx[NetVirtRxConfig.bufferMetadata] = .init(
      try system.map(metadata, into: virtRx, .readWrite))
    return data
  }

  private func connectTransmit(
    _ device: String, _ records: inout DomainRecords, in system: inout SystemBuilder
  ) throws(SubsystemError) {
    let total = clients.reduce(0) { $0 + $1.transmitBuffers }
    var capacity = 1
    while capacity < total { capacity *= 2 }
    guard Self.isCapacity(capacity) else { throw .tooManyTransmitBuffers(count: total) }
    let queues = try link(server: driver, client: virtTx, capacity, device, in: &system)
    records.driver[NetDriverConfig.virtTx] = queues.server
    records.virtTx[NetVirtTxConfig.driver] = queues.client
  }

  // MARK: Between virtualisers and clients

  private func connectReceive(
    ofClient index: Int, _ received: SystemBuilder.RegionHandle, _ device: String,
    _ records: inout DomainRecords, in system: inout SystemBuilder
  ) throws(SubsystemError) {
    let client = clients[index]
    let entry = NetVirtRxConfig.clients[index]
    let fromVirt = try link(
      server: virtRx, client: client.copier, options.receiveBuffers, device, in: &system)
    records.virtRx[entry / NetVirtRxClient.connection] = fromVirt.server
    records.virtRx[entry / NetVirtRxClient.macAddresses[0]] = mac(of: client)
    records.virtRx[entry / NetVirtRxClient.macCount] = 1
    records.copiers[index][NetCopyConfig.receive] = fromVirt.client

    let toClient = try link(
      server: client.copier, client: client.domain, client.receiveBuffers, device, in: &system)
    records.copiers[index][NetCopyConfig.client] = toClient.server
    records.clients[index][NetClientConfig.receive] = toClient.client

    records.copiers[index][NetCopyConfig.receiveData[0]] = .init(
      try system.map(received, into: client.copier, .read))
    let data = try system.addRegion(
      "\(device)/net/rx/data/client/\(client.domain.name)", size: buffers(client.receiveBuffers))
    records.clients[index][NetClientConfig.receiveData] = .init(
      try system.map(data, into: client.domain, client.writesReceiveBuffers ? .readWrite : .read))
    records.copiers[index][NetCopyConfig.clientData] = .init(
      try system.map(data, into: client.copier, .readWrite))
  }

  private func connectTransmit(
    ofClient index: Int, _ device: String, _ records: inout DomainRecords,
    in system: inout SystemBuilder
  ) throws(SubsystemError) {
    let client = clients[index]
    let entry = NetVirtTxConfig.clients[index]
    let queues = try link(
      server: virtTx, client: client.domain, client.transmitBuffers, device, in: &system)
    records.virtTx[entry / NetVirtTxClient.connection] = queues.server
    records.clients[index][NetClientConfig.transmit] = queues.client

    let data = try system.addDMARegion(
      "\(device)/net/tx/data/client/\(client.domain.name)", size: buffers(client.transmitBuffers))
    let region = entry / NetVirtTxClient.regions[0]
    records.virtTx[region / NetVirtTxDataRegion.data] = .init(
      try system.map(data, into: virtTx, .read))
    records.virtTx[region / NetVirtTxDataRegion.bufferCount] = UInt32(client.transmitBuffers)
    records.virtTx[entry / NetVirtTxClient.regionCount] = 1
    records.clients[index][NetClientConfig.transmitData] = .init(
      try system.map(data, into: client.domain, .readWrite))
    records.clients[index][NetClientConfig.macAddress] = mac(of: client)
  }

  private func mac(of client: Client) -> MACAddress {
    // `addClient` has set it.
    client.macAddress ?? .derived(system: virtRx.name, client: client.domain.name)
  }

  private func buffers(_ count: Int) -> ByteCount { ByteCount(UInt64(count) * Self.bufferSize) }

  /// A pair of queues, free and active, and a channel. Both ends write to both queues: indices and
  /// signal flags.
  private func link(
    server: PD, client: PD, _ capacity: Int, _ device: String, in system: inout SystemBuilder
  ) throws(SubsystemError) -> (server: NetConnection, client: NetConnection) {
    // sddf/network/queue.h: a header of 8 bytes, and 16 bytes per descriptor.
    let size = ByteCount(8 + 16 * UInt64(capacity))
    let name = "\(device)/net/queue/\(server.name)/\(client.name)"
    let free = try system.addRegion("\(name)/free", size: size)
    let serverFree = MappedRange(try system.map(free, into: server, .readWrite))
    let clientFree = MappedRange(try system.map(free, into: client, .readWrite))
    let active = try system.addRegion("\(name)/active", size: size)
    let serverActive = MappedRange(try system.map(active, into: server, .readWrite))
    let clientActive = MappedRange(try system.map(active, into: client, .readWrite))
    let ids = try system.connect(server: server, client: client)
    let count = UInt16(capacity)
    return (
      NetConnection(
        freeQueue: serverFree, activeQueue: serverActive, bufferCount: count,
        id: ids.server.rawValue),
      NetConnection(
        freeQueue: clientFree, activeQueue: clientActive, bufferCount: count,
        id: ids.client.rawValue)
    )
  }

  // MARK: Records

  private func add(
    _ records: DomainRecords, to system: inout SystemBuilder
  ) throws(SubsystemError) {
    var records = records
    records.virtRx[NetVirtRxConfig.clientCount] = UInt8(clients.count)
    records.virtTx[NetVirtTxConfig.clientCount] = UInt8(clients.count)
    try system.addRecord(records.driver, fileName: "net_driver", to: driver)
    try system.addRecord(records.virtRx, fileName: "net_virt_rx", to: virtRx)
    try system.addRecord(records.virtTx, fileName: "net_virt_tx", to: virtTx)
    for (index, client) in clients.enumerated() {
      try system.addRecord(
        records.copiers[index], fileName: "net_copy_\(client.copier.name)", to: client.copier)
      try system.addRecord(
        records.clients[index], fileName: "net_client_\(client.domain.name)", to: client.domain)
    }
  }
}
