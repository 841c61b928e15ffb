// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Bytes
import FilesWiring
import Microkit
import NFS
import NFSFileServer
import NetworkStack
import Networking
import ONCRPC
import Randomness
import Records
import Rings
import SerialWiring
import TCPStreams
import Time
import TimerWiring
import Wire
import Wiring

/// The program of the protection domain `nfs`: serves one client's files from an NFSv3 server, whose name it looks up.
struct FileServerProgram: NetworkProgram, ~Copyable {
  static var network: NetworkSettings {
    var settings = NetworkSettings()
    settings.connectionLimit = 8
    settings.bufferByteCount = 1 << 20
    return settings
  }

  private var console: Console
  private let client: Channel
  private var link: PeerClient
  private var restarts = RestartWatch()
  private let server: ServerName
  private var files: NFSFileServer
  private var pump = TCPClientPump(FileServerProgram.connection)
  private var address: IPv4Address?
  private var lookup: DNSLookup?
  private var nextLookup = Instant.never
  private var report = MountReport()

  private static var connection: TCPSettings {
    var settings = TCPSettings()
    settings.receiveByteCount = 512 << 10
    settings.sendByteCount = 64 << 10
    settings.isImmediate = true
    settings.isDirect = true
    settings.keepAlive = .seconds(60)
    return settings
  }

  init(
    console: consuming Console, config: LinkedRecord<NFSConfig>,
    client: LinkedRecord<FileSystemServerConfig>
  ) {
    let connection = client[FileSystemServerConfig.client]
    guard let commands = connection.commands, let completions = connection.completions,
      let share = connection.share.shared
    else {
      fatal(
        ".fs_server_config: client has no queues or no share of valid size; lay the system out again"
      )
    }
    guard let server = ServerName(config.bytes(of: NFSConfig.server)) else {
      fatal(
        ".nfs_config: server is not ADDRESS, ADDRESS:PORT or ADDRESS:NFSPORT:MOUNTPORT; correct it in the system"
      )
    }
    self.console = console
    self.client = connection.channel
    link = PeerClient(connection.linkWords, connection.channel)
    self.server = server
    if case .address(let address) = server.host { self.address = address }
    var settings = SessionSettings(
      exportPath: config.bytes(of: NFSConfig.exportPath),
      credentials: .system(machineName: FileServerProgram.name, user: 0, group: 0, groups: []))
    settings.filesPort = server.filesPort
    settings.mountPort = server.mountPort
    settings.firstXID = Self.firstXID()
    settings.callLimit = 32
    var limits = ClientSettings()
    limits.operationLimit = 64
    limits.listLimit = 4096
    files = NFSFileServer(
      NFSClient(settings, limits), commands: commands, completions: completions, share: share)
    files.disconnect()
  }

  /// Differs between starts: random, or from the time. Servers tell clients apart by their ports too.
  private static func firstXID() -> UInt32 {
    let seed = EntropyClient().flatMap { client in try? client.seed() }
    return UInt32(truncatingIfNeeded: seed?[0] ?? Clock().ticks)
  }

  private static var name: [UInt8] {
    var name: [UInt8] = []
    for index in 0..<ProgramName.count { name.append(ProgramName.byte(index)) }
    return name
  }

  mutating func start(_ network: inout Network) {}

  // MARK: Events

  mutating func handle(_ event: SocketEvent, _ network: inout Network) {
    switch event.socket {
    case .address:
      console.reportAddress(network)
      if network.stack.address != nil { findServer(&network) }
    case .addressConflict(let station): console.reportConflict(with: station, network)
    case .lookup(let lookup): found(lookup, &network)
    case .connection(let connection):
      pump.handle(
        connection, event.readiness, &files.nfs, &network.stack, now: network.now)
    case .listener, .datagrams: break
    }
  }

  private mutating func findServer(_ network: inout Network) {
    if address != nil {
      files.nfs.connect(now: network.now)
    } else if lookup == nil, case .name(let name) = server.host {
      // The stack has room for our only look-up.
      lookup = try? network.stack.lookUp(name)
    }
  }

  private mutating func found(_ lookup: DNSLookup, _ network: inout Network) {
    guard lookup == self.lookup, let result = network.stack.result(of: lookup) else { return }
    switch result {
    case .pending: return
    case .found(let addresses, let count, _) where count > 0:
      address = addresses[0]
      findServer(&network)
    case .found, .noSuchName, .failed:
      nextLookup = network.now + .seconds(5)
      console.writeName()
      console.write("no address for the NFS server's name; asking again\n")
      console.flush()
    }
    network.stack.close(lookup)
    self.lookup = nil
  }

  mutating func receive(
    _ bytes: RawSpan, from connection: TCPConnection, tag: UInt, _ network: inout Network
  ) -> Int {
    pump.receive(bytes, from: connection, &files.nfs, now: network.now)
  }

  // MARK: Work

  mutating func work(_ network: inout Network) {
    if network.now >= nextLookup {
      nextLookup = .never
      findServer(&network)
    }
    let now = network.now
    if now >= files.nfs.deadline { files.nfs.timePassed(now: now) }
    if restarts.mayHaveChanged { compareEpochs() }
    if files.serve(now: now) { client.notify() }
    // An attempt to connect without an address of our own fails, and the next one waits.
    if network.stack.address != nil {
      pump.serve(&files.nfs, at: address.map { .v4($0) }, &network.stack, now: now)
    }
    if let address { report.update(files.nfs, Endpoint(address, pump.port), &console) }
  }

  @inline(never) private mutating func compareEpochs() {
    restarts.willCompare()
    switch link.look() {
    case .none: break
    case .lost: files.disconnect()
    case .found: files.reconnect()
    }
    if !link.isConnected { link.leave() }
    restarts.didCompare(isUnsettled: !link.isConnected)
  }

  var deadline: Instant { min(files.nfs.deadline, nextLookup) }
}
