// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import NFS
import ONCRPC
import Streams
import Time
import XDR

/// A client and a fake server in virtual time, on a wire that can be cut, slowed down, and made to alter data. A network
/// rather than a pump: it has connections that take time, and no sockets behind it.
public final class Simulation {
  /// The client under test.
  public var client: NFSClient
  /// The server at the other end of the wire.
  public let server: FakeServer
  /// The virtual time.
  public var now = Instant.start + second
  /// From a call to its reply.
  public var latency = Interval.milliseconds(1)
  /// Whether completions are moved to `results`; otherwise they stay in the client.
  public var collects = true
  /// Whether connections are refused.
  public var isDown = false
  /// Alters the record of each reply on the wire; nil cuts the connection.
  public var bend: ([UInt8]) -> [UInt8]? = { $0 }
  /// The server's port of each connection so far.
  public private(set) var ports: [UInt16] = []
  /// The local port that the client chose for each connection.
  public private(set) var localPorts: [UInt16] = []
  private var isConnected = false
  private var assembler = RecordAssembler(limit: 1 << 20)
  private var arriving: [(time: Instant, bytes: [UInt8])] = []
  private var connectTime: Instant?
  /// The results so far, by tag.
  public private(set) var results: [UInt64: FileResult] = [:]
  private var nextTag: UInt64 = 1
  private var checks = 0
  /// The most bytes that the client sent in one step.
  public private(set) var largestOutput = 0

  /// Connects a client of `/export` on `server`; `change` adjusts the session's settings.
  public init(
    _ server: FakeServer, _ settings: ClientSettings = ClientSettings(),
    change: (inout SessionSettings) -> Void = { _ in }
  ) {
    self.server = server
    var session = SessionSettings(exportPath: bytes("/export"), credentials: .none)
    change(&session)
    client = NFSClient(session, settings)
    client.connect(now: now)
  }

  /// Starts a request and returns its tag.
  public func start(_ request: FileRequest) -> UInt64 {
    let tag = nextTag
    nextTag += 1
    if !client.start(request, tag: tag, now: now) { results[tag] = .failed(.timedOut) }
    collect()
    checkInvariants()
    return tag
  }

  /// Runs a request to its end.
  public func run(_ request: FileRequest) -> FileResult {
    let tag = start(request)
    while results[tag] == nil { precondition(step(), "nothing will ever happen") }
    return results[tag] ?? .done
  }

  /// Steps until all requests with these tags have results.
  public func wait(_ tags: [UInt64]) {
    while tags.contains(where: { results[$0] == nil }) { precondition(step(), "no answer") }
  }

  /// Cuts the connection; replies in flight are lost.
  public func cut() {
    isConnected = false
    arriving = []
    client.disconnected(now: now)
    checkInvariants()
  }

  private func collect() {
    guard collects else { return }
    while let completion = client.nextCompletion() {
      precondition(results[completion.tag] == nil, "answered twice")
      results[completion.tag] = completion.result
    }
  }

  /// Advances the time to the next event and handles it. False if there will be none.
  @discardableResult
  public func step() -> Bool {
    while let action = client.nextAction(now: now) {
      switch action {
      case .disconnect:
        isConnected = false
        connectTime = nil
        arriving = []
      case .connect(let port, let localPort):
        precondition(!isConnected && connectTime == nil, "two connections")
        ports.append(port)
        localPorts.append(localPort)
        connectTime = now + .milliseconds(1)
      }
    }
    if isConnected { send() }
    var next = client.deadline
    if let connectTime { next = min(next, connectTime) }
    if let first = arriving.first { next = min(next, first.time) }
    guard next != .never else { return false }
    now = max(now, next)
    if let time = connectTime, time <= now {
      connectTime = nil
      if isDown {
        client.disconnected(now: now)
      } else {
        isConnected = true
        assembler.reset()
        client.connected(now: now)
      }
    } else if let first = arriving.first, first.time <= now {
      arriving.removeFirst()
      client.receive(first.bytes.span, now: now)
    }
    client.timePassed(now: now)
    collect()
    checkInvariants()
    return true
  }

  private func checkInvariants() {
    checks += 1
    // The caches are checked less often, because searching them takes most of a test's time.
    guard let found = client.checkInvariants(includingCaches: checks % 16 == 0) else { return }
    preconditionFailure("NFSClient: \(found)")
  }

  private func send() {
    var output: [UInt8] = []
    _ = client.send(0, now: now) {
      output.append(copying: $0)
      return $0.count
    }
    largestOutput = max(largestOutput, output.count)
    var index = 0
    while index < output.count {
      index +=
        (try? assembler.consume(output.span.extracting(index..<output.count))) ?? output.count
      guard let record = assembler.nextRecord(), let reply = server.answer(record) else { continue }
      var writer = XDRWriter()
      writer.uint32(1 << 31 | UInt32(reply.count))
      guard let bent = bend(writer.bytes + reply) else { return cut() }
      arriving.append((now + latency, bent))
    }
  }
}

extension FileResult {
  /// The error of a failed request, else nil.
  public var error: FileError? { if case .failed(let error) = self { error } else { nil } }
  /// The bytes that a request read, else nil.
  public var data: [UInt8]? {
    if case .data(let pieces) = self { Array(pieces.joined()) } else { nil }
  }
  /// The handle of an opened file, else nil.
  public var file: FileHandle? { if case .opened(let file, _) = self { file } else { nil } }
  /// The attributes in the result, if it has any.
  public var attributes: FileAttributes? {
    switch self {
    case .attributes(let found), .opened(_, let found): found
    default: nil
    }
  }
}
