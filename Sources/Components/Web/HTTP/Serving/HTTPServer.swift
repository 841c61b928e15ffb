// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Streams
import Time

/// An HTTP server: connections, and the router that answers their requests. It does no I/O and has
/// no clock: all times are of one monotonic clock of the caller's.
///
/// Its connections are streams; a pump (`TCPServerPump`, or on a host `SocketServer`) joins them to a
/// transport, as `StreamEndpoint` says.
///
/// Memory: at most `Settings.memoryBound`, plus what handlers hold, of which `Settings.socketMemory` and
/// `Settings.bodyMemory` bound what peers decide.
public struct HTTPServer: StreamServer {
  /// What a server may use, and how it reports.
  public struct Settings {
    /// The limits of each connection.
    public var limits = Limits()
    /// Connections open at the same time. When all slots are taken, a new connection gets
    /// `busyAnswer`.
    public var connectionLimit = 1024
    /// Bytes that all connections together may hold before memory counts as short. Then each gets
    /// 2 KB of input, with 503 for a longer head, and 2 KB of output.
    public var memoryLimit = 8 << 20
    /// Bytes that all WebSocket connections together may hold, besides `memoryLimit`. Beyond that, a new one
    /// gets 503, and one that needs more is closed with 1013.
    public var socketMemory = 4 << 20
    /// Bytes of request bodies that are read whole, such as those of `Request.json`, all together. A
    /// request whose body does not fit gets 503.
    public var bodyMemory = 2 << 20
    /// The time for the Date field in seconds since 1970; returns nil while it is unknown.
    public var date: (() -> Int64?)?
    /// Called when a connection has closed, with its number: for handlers' own queues of connections.
    public var closed: ((Int) -> Void)?
    /// Called at the end of each answer.
    public var log: ((AccessLogEntry) -> Void)?
    /// Whether the transport calls `sendDirectly`. Otherwise bodies go through the output.
    public var sendsDirectly = false
    /// The port with TLS to which requests without it are redirected; nil to answer them.
    public var secureRedirect: UInt16?
    /// Seconds for which browsers that have come over TLS use nothing else (RFC 6797); 0 does not ask them to.
    public var strictTransportSeconds: UInt32 = 0

    /// The defaults: 1024 connections, no date, no log.
    public init() {}

    /// The most that all connections together can hold, in bytes, whatever their peers do.
    public var memoryBound: Int {
      let (floor, _) = connectionLimit.multipliedReportingOverflow(by: limits.crampedBound)
      let whole = connectionLimit.multipliedReportingOverflow(by: limits.memoryBound)
      let limited = memoryLimit.addingReportingOverflow(floor &+ limits.memoryBound)
      return min(
        whole.overflow ? .max : whole.partialValue, limited.overflow ? .max : limited.partialValue)
    }
  }

  let configuration: Configuration
  var slots: [ConnectionSlot?]
  var freeSlots: [Int] = []
  /// Connections that `wake` or `timePassed` may have changed, possibly more than once.
  var changed: [Int] = []
  var headMemory = HeadMemory()
  private let spareMemory = SpareMemory()
  let commonLines: CommonLines
  /// A lower bound of all deadlines: those that have moved to later times are found at the next
  /// `timePassed`.
  var nextDeadline = Instant.never
  /// Open connections.
  public internal(set) var connectionCount = 0
  /// Bytes that all connections hold: input, output, and the heads of requests being answered.
  public internal(set) var heldByteCount = 0
  /// Connections that were turned away because all slots were taken.
  public internal(set) var refusedCount: UInt64 = 0

  /// A server without connections; `router` answers its requests. Stops the program if the router has
  /// `mistakes`.
  public init(_ router: Router, _ settings: Settings = Settings()) {
    if let mistake = router.mistakes.first { stop(mistake) }
    configuration = Configuration(router, settings)
    commonLines = CommonLines(strictTransportSeconds: settings.strictTransportSeconds)
    slots = [ConnectionSlot?](repeating: nil, count: settings.connectionLimit)
    for index in stride(from: settings.connectionLimit - 1, through: 0, by: -1) {
      freeSlots.append(index)
    }
  }

  /// What to send to a connection that `open` turned away, before closing it: 503 with Retry-After.
  public static var busyAnswer: StaticString {
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
  }

  /// The same for all listeners.
  public func busyAnswer(on listener: Int) -> StaticString { Self.busyAnswer }

  /// Opens a connection and returns its number, or nil when all slots are taken: then send
  /// `busyAnswer` and close.
  public mutating func open(now: Instant) -> Int? {
    guard let index = freeSlots.popLast() else {
      refusedCount &+= 1
      return nil
    }
    let connection = ServerConnection(settings.limits, spareMemory, now: now)
    nextDeadline = min(nextDeadline, connection.deadline)
    slots[index] = ConnectionSlot(index, connection)
    connectionCount += 1
    return index
  }

  /// The connection's requests are encrypted on their way: see `Request.isSecure`.
  public mutating func setSecure(_ index: Int) { slot(index)?.isSecure = true }

  /// Forgets the connection, which the transport has closed. Its number may be used again. Numbers
  /// that are not in use are ignored.
  public mutating func closed(_ index: Int, now: Instant) {
    guard let slot = slot(index) else { return }
    heldByteCount -= slot.held
    slots[index] = nil
    freeSlots.append(index)
    connectionCount -= 1
    settings.closed?(index)
  }

  /// Bytes that one connection holds.
  public func heldByteCount(_ index: Int) -> Int { slot(index)?.held ?? 0 }

  /// What the transport should do with the connection once its output is sent.
  public func disposal(_ index: Int) -> StreamDisposal {
    slot(index)?.connection.disposal ?? .close
  }

  var settings: Settings { configuration.settings }
  var wakes: Wakes { configuration.wakes }

  func slot(_ index: Int) -> ConnectionSlot? {
    slots.indices.contains(index) ? slots[index] : nil
  }
}

/// What does not change while a server runs: behind a reference, as a server is copied with its fields.
final class Configuration {
  let router: Router
  let wakes: Wakes
  let settings: HTTPServer.Settings
  let hasLog: Bool

  init(_ router: Router, _ settings: HTTPServer.Settings) {
    self.router = router
    self.settings = settings
    wakes = Wakes(settings)
    hasLog = settings.log != nil
  }

  // Here, as a caller would copy the router.
  @inline(never)
  func answer(
    _ head: RequestHead, _ connection: Int, _ now: Instant, isSecure: Bool
  ) -> Answer {
    if !isSecure, let port = settings.secureRedirect { return redirect(head, toSecure: port) }
    return router.answer(head, connection, now, wakes, isSecure: isSecure)
  }
}

private func stop(_ mistake: RouteMistake) -> Never {
  // Embedded Swift has no way to show it: a program prints `mistakes` before.
  #if !hasFeature(Embedded)
    fatalError(mistake.description)
  #else
    fatalError()
  #endif
}
