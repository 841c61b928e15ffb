// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// The serial line: a driver, a virtualiser that merges the clients' output, and optionally one
/// that passes input to the selected client.
public struct SerialSubsystem {
  /// A protection domain of the builder.
  public typealias PD = SystemBuilder.PD

  /// Settings of the line and its queues.
  public struct Options: Hashable, Sendable {
    /// Bits per second.
    public var baudRate: UInt64 = 115_200
    /// Bytes that each client's queue holds.
    public var dataSize: ByteCount = 0x1_0000
    /// Whether each client's text has its own colour.
    public var colour = true
    /// Written at start if there is input; at most 127 bytes.
    public var beginText = "Begin input\r\n"

    /// 115,200 baud, 64 KiB per queue, in colour.
    public init() {}
  }

  /// Room for clients in sDDF's records.
  public static let clientLimit = 64

  /// The UART's driver.
  public let driver: PD
  /// Merges the clients' output.
  public let virtTx: PD
  /// Passes input to the selected client; nil without input.
  public let virtRx: PD?
  /// Settings of the line and its queues.
  public var options: Options
  /// In the order of addition.
  public private(set) var clients: [PD] = []

  /// Creates a subsystem; nothing is laid out before `connect`.
  public init(driver: PD, virtTx: PD, virtRx: PD? = nil, options: Options = Options()) {
    self.driver = driver
    self.virtTx = virtTx
    self.virtRx = virtRx
    self.options = options
  }

  /// Adds a client.
  ///
  /// - Throws: `duplicateClient` or `tooManyClients`.
  public mutating func addClient(_ client: PD) throws(SubsystemError) {
    if clients.contains(client) {
      throw .duplicateClient(subsystem: "serial", client: client.name)
    }
    if clients.count == Self.clientLimit {
      throw .tooManyClients(subsystem: "serial", limit: Self.clientLimit)
    }
    clients.append(client)
  }

  /// Adds the queues, channels and records of all clients.
  ///
  /// - Throws: `SubsystemError`, or an error of the board or its device tree.
  public func connect(in system: inout SystemBuilder) throws {
    if clients.isEmpty { throw SubsystemError.noClients(subsystem: "serial") }
    let device = try system.attach(.serial, to: driver)
    var driverRecord = RecordBytes<SerialDriverConfig>()
    var clientRecords = clients.map { _ in RecordBytes<SerialClientConfig>() }
    driverRecord[SerialDriverConfig.defaultBaud] = options.baudRate

    if let virtRx {
      var record = RecordBytes<SerialVirtRxConfig>()
      let line = try link(from: driver, to: virtRx, options.dataSize, device, in: &system)
      driverRecord[SerialDriverConfig.receive] = line.producer
      driverRecord[SerialDriverConfig.receiveEnabled] = 1
      record[SerialVirtRxConfig.driver] = line.consumer
      for (index, client) in clients.enumerated() {
        let line = try link(from: virtRx, to: client, options.dataSize, device, in: &system)
        record[SerialVirtRxConfig.clients[index]] = line.producer
        clientRecords[index][SerialClientConfig.receive] = line.consumer
      }
      record[SerialVirtRxConfig.clientCount] = UInt8(clients.count)
      record[SerialVirtRxConfig.switchCharacter] = 28  // Ctrl-\
      record[SerialVirtRxConfig.terminateCharacter] = UInt8(ascii: "\r")
      try system.addRecord(record, fileName: "serial_virt_rx", to: virtRx)
    }

    var record = RecordBytes<SerialVirtTxConfig>()
    // Colour codes enclose every batch, so the driver's queue must hold more than a client's.
    let driverSize = ByteCount(options.dataSize.rawValue * (options.colour ? 2 : 1))
    let line = try link(
      from: virtTx, to: driver, driverSize, device, server: driver, in: &system)
    driverRecord[SerialDriverConfig.transmit] = line.consumer
    record[SerialVirtTxConfig.driver] = line.producer
    for (index, client) in clients.enumerated() {
      let line = try link(
        from: client, to: virtTx, options.dataSize, device, server: virtTx, in: &system)
      let entry = SerialVirtTxConfig.clients[index]
      record[entry / SerialVirtTxClient.connection] = line.consumer
      try record.set(entry / SerialVirtTxClient.name, to: client.name, what: "client's name")
      clientRecords[index][SerialClientConfig.transmit] = line.producer
    }
    record[SerialVirtTxConfig.clientCount] = UInt8(clients.count)
    record[SerialVirtTxConfig.colourEnabled] = options.colour ? 1 : 0
    record[SerialVirtTxConfig.receiveEnabled] = virtRx == nil ? 0 : 1
    guard record.set(SerialVirtTxConfig.beginText, to: options.beginText) else {
      throw SubsystemError.textTooLong(
        what: "serial begin text", text: options.beginText,
        limit: SerialVirtTxConfig.beginText.capacity - 1)
    }

    try system.addRecord(driverRecord, fileName: "serial_driver_config", to: driver)
    try system.addRecord(record, fileName: "serial_virt_tx", to: virtTx)
    for (client, record) in zip(clients, clientRecords) {
      try system.addRecord(record, fileName: "serial_client_\(client.name)", to: client)
    }
  }

  /// Connects one direction. Both ends write the queue's header; only the producer writes the data.
  private func link(
    from producer: PD, to consumer: PD, _ dataSize: ByteCount, _ device: String,
    server: PD? = nil, in system: inout SystemBuilder
  ) throws(SubsystemError) -> (producer: SerialConnection, consumer: SerialConnection) {
    // In sDDF, server and client determine the regions' names and the order of the channel's ends.
    let server = server ?? producer
    let client = server == producer ? consumer : producer
    let queue = try system.addRegion(
      "\(device)/serial/queue/\(server.name)/\(client.name)", size: 0x1000)
    let data = try system.addRegion(
      "\(device)/serial/data/\(server.name)/\(client.name)", size: dataSize)
    let producerQueue = MappedRange(try system.map(queue, into: producer, .readWrite))
    let consumerQueue = MappedRange(try system.map(queue, into: consumer, .readWrite))
    let producerData = MappedRange(try system.map(data, into: producer, .readWrite))
    let consumerData = MappedRange(try system.map(data, into: consumer, .read))
    let ids = try system.connect(server: server, client: client)
    let (producerID, consumerID) =
      server == producer ? (ids.server, ids.client) : (ids.client, ids.server)
    return (
      SerialConnection(queue: producerQueue, data: producerData, id: producerID.rawValue),
      SerialConnection(queue: consumerQueue, data: consumerData, id: consumerID.rawValue)
    )
  }
}
