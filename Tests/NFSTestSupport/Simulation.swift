// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import NFS
import ONCRPC
import XDR

/// A client and a fake server on a wire with virtual time. The wire can be cut, slow, and bent.
public final class Simulation {
  public var client: NFSClient
  public let server: FakeServer
  public var now: UInt64 = second
  /// Nanoseconds from a call to its answer.
  public var latency: UInt64 = 1_000_000
  /// Whether answers go to `results`; otherwise they stay in the client.
  public var collects = true
  /// Connections are refused.
  public var isDown = false
  /// Bends what the server sends on the wire; nil cuts the connection.
  public var bend: ([UInt8]) -> [UInt8]? = { $0 }
  /// Ports that were connected to.
  public private(set) var ports: [UInt16] = []
  public private(set) var localPorts: [UInt16] = []
  private var isConnected = false
  private var assembler = RecordAssembler(limit: 1 << 20)
  private var arriving: [(time: UInt64, bytes: [UInt8])] = []
  private var connectTime: UInt64?
  public private(set) var results: [UInt64: FileResult] = [:]
  private var nextTag: UInt64 = 1
  private var checks = 0
  public private(set) var largestOutput = 0

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

  public func start(_ request: FileRequest) -> UInt64 {
    let tag = nextTag
    nextTag += 1
    if !client.start(request, tag: tag, now: now) { results[tag] = .failed(.timedOut) }
    collect()
    checkInvariants()
    return tag
  }

  public func run(_ request: FileRequest) -> FileResult {
    let tag = start(request)
    while results[tag] == nil { precondition(step(), "nothing will ever happen") }
    return results[tag] ?? .done
  }

  public func wait(_ tags: [UInt64]) {
    while tags.contains(where: { results[$0] == nil }) { precondition(step(), "no answer") }
  }

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

  /// One thing that happens, or else time passes to the next one. False when there is none.
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
        connectTime = now + 1_000_000
      }
    }
    if isConnected { send() }
    var next = client.deadline
    if let connectTime { next = min(next, connectTime) }
    if let first = arriving.first { next = min(next, first.time) }
    guard next != .max else { return false }
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
    // The caches are searched less often: that takes most of a test's time.
    guard let found = client.checkInvariants(includingCaches: checks % 16 == 0) else { return }
    preconditionFailure("NFSClient: \(found)")
  }

  private func send() {
    let output = client.withOutput { [UInt8](copying: $0) }
    largestOutput = max(largestOutput, output.count)
    client.sent(output.count)
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
  public var error: FileError? { if case .failed(let error) = self { error } else { nil } }
  public var data: [UInt8]? {
    if case .data(let pieces) = self { Array(pieces.joined()) } else { nil }
  }
  public var file: FileHandle? { if case .opened(let file, _) = self { file } else { nil } }
  public var attributes: FileAttributes? {
    switch self {
    case .attributes(let found), .opened(_, let found): found
    default: nil
    }
  }
}
