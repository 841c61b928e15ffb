// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import FilesWiring
import HTTP
import Microkit
import NetworkStack
import Networking
import Records
import Rings
import SerialWiring
import StaticSite
import Time
import Wire
import Wiring

/// A static site over HTTP. The program connects TCP connections with the HTTP server, and the server's site with the
/// queues of the file system that holds its files.
struct WebServerProgram: NetworkProgram, ~Copyable {
  /// Connections served at the same time. Others get 503.
  private static var serverLimit: Int { 1024 }

  static var network: NetworkSettings {
    var settings = NetworkSettings()
    // Connections that are closing, or being turned away, need room as well.
    settings.connectionLimit = serverLimit + 512
    // All clients may come at once. In a flood, half-open connections still give way to new ones.
    settings.halfOpenLimit = serverLimit
    // The stack reserves half of it for later connections, 4 KB each: enough for all of them. With less, a client
    // that is turned away could get a reset instead of its 503.
    settings.bufferByteCount = 12 << 20
    return settings
  }

  private let log: RequestLog
  private let fileSystem: Channel
  private let port: UInt16
  private let files: FileAccess
  private let folder: [UInt8]
  private var server: HTTPServer
  // By the connection's number in the server.
  private var connections: [TCPConnection?]

  init(
    console: consuming Console, config: LinkedRecord<WebServerConfig>,
    files: LinkedRecord<FileSystemClientConfig>
  ) {
    let connection = files[FileSystemClientConfig.server]
    guard let commands = connection.commands, let completions = connection.completions,
      let share = connection.share.shared
    else {
      fatal(
        ".fs_client_config: server has no queues or no share of valid size; lay the system out again"
      )
    }
    let log = RequestLog(console)
    self.log = log
    fileSystem = connection.channel
    port = config[WebServerConfig.port]
    self.files = FileAccess(commands: commands, completions: completions, share: share)
    var router = Router()
    folder = config.bytes(of: WebServerConfig.root)
    let site = StaticSite(
      self.files, folder: folder, rules: Self.rules(config),
      followsOutsideLinks: config[WebServerConfig.followsOutsideLinks] != 0)
    router.get("/*path", site.answer)
    router.notFound(site.answer)
    var settings = HTTPServer.Settings()
    settings.connectionLimit = Self.serverLimit
    settings.memoryLimit = 4 << 20
    settings.sendsDirectly = true
    if config[WebServerConfig.isSilent] == 0 { settings.log = { log.write($0) } }
    server = HTTPServer(router, settings)
    connections = [TCPConnection?](repeating: nil, count: Self.serverLimit)
  }

  private static func rules(_ config: LinkedRecord<WebServerConfig>) -> SiteRules {
    let rule: Freshness.Rule =
      switch config[WebServerConfig.freshness] {
      case 1: .lionsOS
      case 2: .seconds(config[WebServerConfig.maximumAge])
      case 3: .noStore
      default: .revalidate
      }
    return SiteRules(
      freshness: Freshness(rule, hashedSeconds: config[WebServerConfig.hashedMaximumAge]),
      showsDotFiles: config[WebServerConfig.showsDotFiles] != 0)
  }

  mutating func start(_ network: inout Network) {
    var settings = TCPSettings()
    settings.receiveByteCount = 8 << 10
    settings.sendByteCount = 64 << 10
    settings.isImmediate = true
    settings.isDirect = true
    settings.backlog = 256
    // Only for connections that the server does not serve; it has limits of its own for the others.
    settings.idleLimit = .seconds(60)
    do throws(SocketError) {
      _ = try network.stack.listen(port: port, settings: settings)
    } catch {
      fatal(
        "the network stack refused to listen: its listeners are all in use, or the port is")
    }
  }

  // MARK: Events

  mutating func handle(_ event: SocketEvent, _ network: inout Network) {
    switch event.socket {
    case .address:
      log.console.reportAddress(network)
      if network.stack.address != nil { log.reportListening(on: port) }
    case .addressConflict(let station): log.console.reportConflict(with: station, network)
    case .listener(let listener):
      while let connection = network.stack.accept(listener) { accept(connection, &network) }
    case .connection(let connection):
      guard let index = index(of: connection, event.tag) else {
        return discardInput(connection, &network)
      }
      read(index, connection, &network)
      pump(index, connection, &network)
    case .datagrams, .lookup: break
    }
  }

  private func index(of connection: TCPConnection, _ tag: UInt) -> Int? {
    guard tag > 0, Int(tag) <= connections.count, connections[Int(tag) - 1] == connection else {
      return nil
    }
    return Int(tag) - 1
  }

  private mutating func accept(_ connection: TCPConnection, _ network: inout Network) {
    guard let index = server.open(now: network.now) else {
      return refuse(connection, &network)
    }
    connections[index] = connection
    network.stack.setTag(UInt(index + 1), of: connection)
    read(index, connection, &network)
    pump(index, connection, &network)
  }

  /// Turns a connection away with 503, whatever it asks for. It is closed when the peer has ended its side, or has
  /// been silent for the idle limit: closing it with unread requests would send a reset, and could destroy the answer.
  private mutating func refuse(_ connection: TCPConnection, _ network: inout Network) {
    var answer: [UInt8] = []
    answer.append(HTTPServer.busyAnswer)
    answer.span.withRawBytes { _ = network.stack.write($0, to: connection) }
    network.stack.finishSending(connection)
    discardInput(connection, &network)
  }

  private mutating func discardInput(_ connection: TCPConnection, _ network: inout Network) {
    while true {
      switch network.stack.read(connection, { $0.byteCount }) {
      case .bytes: break
      case .nothingYet: return
      case .end, .closed: return network.close(connection)
      }
    }
  }

  mutating func receive(
    _ bytes: RawSpan, from connection: TCPConnection, tag: UInt, _ network: inout Network
  ) -> Int {
    guard let index = index(of: connection, tag) else { return bytes.byteCount }
    let now = network.now
    let taken = bytes.withOctets { server.receive(index, $0, now: now) }
    pump(index, connection, &network)
    return taken
  }

  // MARK: One connection

  /// Passes what has arrived to the server, as much as it takes.
  private mutating func read(
    _ index: Int, _ connection: TCPConnection, _ network: inout Network
  ) {
    let now = network.now
    while true {
      let outcome = network.stack.read(connection) { bytes in
        bytes.withOctets { server.receive(index, $0, now: now) }
      }
      switch outcome {
      case .bytes(let count): if count == 0 { return }
      case .nothingYet: return
      case .end: return server.peerEnded(index, now: now)
      case .closed: return end(index, connection, &network)
      }
    }
  }

  /// Sends the connection's output and body, and lets the server read on, until none of these makes progress. Then
  /// ends the connection if the server says so.
  private mutating func pump(
    _ index: Int, _ connection: TCPConnection, _ network: inout Network
  ) {
    guard connections[index] == connection else { return }
    let now = network.now
    while sendOutput(index, connection, now, &network) || sendBody(index, connection, now, &network)
    {
      // The server may now take what it left unread, and the peer's end behind it.
      guard network.stack.readableByteCount(connection) > 0 else { continue }
      read(index, connection, &network)
      guard connections[index] == connection else { return }
    }
    switch server.disposal(index) {
    case .stayOpen: break
    case .endOutput: if server.outputCount(index) == 0 { network.stack.finishSending(connection) }
    case .close: end(index, connection, &network)
    case .reset:
      network.stack.abort(connection)
      forget(index)
    }
  }

  /// Passes output to TCP. Returns whether TCP took any.
  private mutating func sendOutput(
    _ index: Int, _ connection: TCPConnection, _ now: Instant, _ network: inout Network
  ) -> Bool {
    guard server.outputCount(index) > 0 else { return false }
    let result = server.withOutput(index) { output in
      output.withRawBytes { network.stack.write($0, to: connection) }
    }
    guard let count = result ?? nil, count > 0 else { return false }
    server.sent(index, count, now: now)
    return true
  }

  /// Passes a body to TCP from where it lies in the share. Returns whether that changed anything.
  private mutating func sendBody(
    _ index: Int, _ connection: TCPConnection, _ now: Instant, _ network: inout Network
  ) -> Bool {
    guard server.outputCount(index) == 0, server.hasDirectBody(index) else { return false }
    var total = 0
    server.sendDirectly(index, now: now) { bytes in
      let count = bytes.withRawBytes { network.stack.write($0, to: connection) } ?? 0
      total += count
      return count
    }
    return total > 0 || server.outputCount(index) > 0
  }

  private mutating func end(
    _ index: Int, _ connection: TCPConnection, _ network: inout Network
  ) {
    network.close(connection)
    forget(index)
  }

  private mutating func forget(_ index: Int) {
    connections[index] = nil
    server.close(index)
    files.forget(index)
  }

  // MARK: Work

  mutating func work(_ network: inout Network) {
    let now = network.now
    files.collect()
    while let index = files.nextReady() {
      if connections.indices.contains(index) { server.wake(index, now: now) }
    }
    if now >= server.deadline { server.timePassed(now: now) }
    while let index = server.nextChanged() {
      if let connection = connections[index] { pump(index, connection, &network) }
    }
    if files.publish() { fileSystem.notify() }
    log.report(files.trouble, folder: folder, now: now)
    log.flush()
  }

  var deadline: Instant { server.deadline }
}
