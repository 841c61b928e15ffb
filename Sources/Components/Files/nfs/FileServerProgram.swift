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
import Records
import SerialWiring
import Time
import TimerWiring
import Wire
import Wiring

/// The program of the protection domain `nfs`: serves one client's files from an NFSv3 server. It connects the NFS
/// client to a TCP connection and to the queues of the file protocol.
struct FileServerProgram: NetworkProgram, ~Copyable {
  static var network: NetworkSettings {
    var settings = NetworkSettings()
    settings.connectionLimit = 8
    settings.bufferByteCount = 1 << 20
    return settings
  }

  private var console: Console
  private let client: Channel
  private let server: ServerName
  private var files: NFSFileServer
  private var link = Link()
  private var address: IPv4Address?
  private var lookup: DNSLookup?
  private var nextLookup = Instant.never
  private var report = MountReport()
  // Port of the last connection, for `report`.
  private var port: UInt16 = 0

  /// The connection to the server.
  private struct Link {
    var connection: TCPConnection?
    var isOpen = false
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
    self.server = server
    if case .address(let address) = server.host { self.address = address }
    var settings = SessionSettings(
      exportPath: config.bytes(of: NFSConfig.exportPath),
      credentials: .system(machineName: FileServerProgram.name, user: 0, group: 0, groups: []))
    settings.filesPort = server.filesPort
    settings.mountPort = server.mountPort
    // The time makes it differ between starts. Servers tell clients apart by their ports too.
    settings.firstXID = UInt32(truncatingIfNeeded: Clock().ticks)
    settings.callLimit = 32
    var limits = ClientSettings()
    limits.operationLimit = 64
    limits.listLimit = 4096
    files = NFSFileServer(
      NFSClient(settings, limits), commands: commands, completions: completions, share: share)
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
      if connection == link.connection { go(on: connection, event.readiness, &network) }
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

  private mutating func go(
    on connection: TCPConnection, _ readiness: Readiness, _ network: inout Network
  ) {
    if readiness.contains(.writable) { opened(network.now) }
    let now = network.now
    while true {
      let outcome = network.stack.read(connection) { bytes in
        bytes.withOctets { files.nfs.receive($0, now: now) }
        return bytes.byteCount
      }
      switch outcome {
      case .bytes: break
      case .nothingYet: return
      case .end, .closed: return lost(&network)
      }
    }
  }

  private mutating func opened(_ now: Instant) {
    guard !link.isOpen else { return }
    link.isOpen = true
    files.nfs.connected(now: now)
  }

  private mutating func lost(_ network: inout Network) {
    guard let connection = link.connection else { return }
    link = Link()
    network.close(connection)
    files.nfs.disconnected(now: network.now)
  }

  mutating func receive(
    _ bytes: RawSpan, from connection: TCPConnection, tag: UInt, _ network: inout Network
  ) -> Int {
    guard connection == link.connection else { return bytes.byteCount }
    opened(network.now)
    bytes.withOctets { files.nfs.receive($0, now: network.now) }
    return bytes.byteCount
  }

  // MARK: Work

  mutating func work(_ network: inout Network) {
    if network.now >= nextLookup {
      nextLookup = .never
      findServer(&network)
    }
    let now = network.now
    if now >= files.nfs.deadline { files.nfs.timePassed(now: now) }
    if files.serve(now: now) { client.notify() }
    while let action = files.nfs.nextAction(now: now) {
      switch action {
      case .disconnect:
        if let connection = link.connection { network.stack.abort(connection) }
        link = Link()
      case .connect(let port, let localPort): connect(port, localPort, &network)
      }
    }
    if link.isOpen, let connection = link.connection { send(on: connection, &network) }
    if let address { report.update(files.nfs, Endpoint(address, port), &console) }
  }

  private mutating func connect(_ port: UInt16, _ localPort: UInt16, _ network: inout Network) {
    var settings = TCPSettings()
    settings.receiveByteCount = 512 << 10
    settings.sendByteCount = 64 << 10
    settings.isImmediate = true
    settings.isDirect = true
    settings.keepAlive = .seconds(60)
    self.port = port
    guard let address else { return files.nfs.disconnected(now: network.now) }
    do throws(SocketError) {
      link.connection = try network.stack.connect(
        to: Endpoint(address, port), from: localPort, settings: settings, now: network.now)
    } catch {
      files.nfs.disconnected(now: network.now)
    }
  }

  private mutating func send(on connection: TCPConnection, _ network: inout Network) {
    while files.nfs.outputCount > 0 {
      let count = files.nfs.withOutput { output in
        output.withRawBytes { network.stack.write($0, to: connection) }
      }
      guard let count, count > 0 else { return }
      files.nfs.sent(count)
    }
  }

  var deadline: Instant { min(files.nfs.deadline, nextLookup) }
}
