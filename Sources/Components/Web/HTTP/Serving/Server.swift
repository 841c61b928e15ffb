// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A connection's place in a server. A class, so that a body is written into it where it is.
final class ServerPlace {
  enum Work {
    case none
    case waiting(() -> Answer?)
    case receiving(limit: UInt64, count: UInt64, (Span<UInt8>) -> Void, () -> Answer)
    case streaming((inout BodyWriter) -> StreamStep)
    case bytes([UInt8], Int)
    case source(BodySource)
  }

  var connection: ServerConnection
  var work = Work.none
  var log: AccessLogEntry?
  var started: UInt64 = 0
  var sentAtStart: UInt64 = 0
  var sent: UInt64 = 0
  // Bytes of the head of the request that is answered, and all that is held, as counted last.
  var headByteCount = 0
  var held = 0

  init(_ connection: ServerConnection) { self.connection = connection }
}

/// Many connections and the router that answers them. It does no I/O and has no clock.
///
/// Memory: `Settings.memoryBound`, and what handlers hold. With all places taken a new connection gets `busyAnswer` at once.
///
/// Use: a connection has a number from `open` to `close`. After each event on one, send what
/// `withOutput` shows and do what `disposal` says; after `wake` and `timePassed`, for each that
/// `nextChanged` names.
public struct Server {
  public struct Settings {
    public var limits = Limits()
    public var connectionLimit = 1024
    /// Bytes that connections may hold before memory is short: then each gets 2 KB for a request's
    /// head (503 for a longer one) and 2 KB for output at a time.
    public var memoryLimit = 8 << 20
    /// Seconds since 1970 for the Date field; nil while that is not known.
    public var date: (() -> Int64?)?
    public var log: ((AccessLogEntry) -> Void)?
    /// Whether the transport calls `sendDirectly`. Otherwise all bytes go through outputs.
    public var sendsDirectly = false

    public init() {}

    /// Bytes that all connections hold at most, whatever their peers do.
    public var memoryBound: Int {
      let (floor, _) = connectionLimit.multipliedReportingOverflow(by: limits.crampedBound)
      let whole = connectionLimit.multipliedReportingOverflow(by: limits.memoryBound)
      let limited = memoryLimit.addingReportingOverflow(floor &+ limits.memoryBound)
      return min(
        whole.overflow ? .max : whole.partialValue, limited.overflow ? .max : limited.partialValue)
    }
  }

  private let settings: Settings
  private let router: Router
  private var places: [ServerPlace?]
  private var free: [Int] = []
  private var changed: [Int] = []
  private let dateText = DateText()
  // No connection has a deadline before this; some may have moved theirs to later.
  private var nextDeadline = UInt64.max
  public private(set) var connectionCount = 0
  /// Bytes that all connections hold: input, output, and heads of requests that are answered.
  public private(set) var heldByteCount = 0
  /// Connections that found no place.
  public private(set) var refusedCount: UInt64 = 0

  public init(_ router: Router, _ settings: Settings = Settings()) {
    self.router = router
    self.settings = settings
    places = [ServerPlace?](repeating: nil, count: settings.connectionLimit)
    for index in stride(from: settings.connectionLimit - 1, through: 0, by: -1) {
      free.append(index)
    }
  }

  /// What to send to a connection that finds no place, before closing it.
  public static var busyAnswer: StaticString {
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
  }

  // MARK: Connections

  /// A new connection's number; nil where there is no place: send `busyAnswer` and close.
  public mutating func open(now: UInt64) -> Int? {
    guard let index = free.popLast() else {
      refusedCount &+= 1
      return nil
    }
    places[index] = ServerPlace(ServerConnection(settings.limits, now: now))
    connectionCount += 1
    nextDeadline = min(nextDeadline, places[index]?.connection.deadline ?? .max)
    return index
  }

  /// The connection is gone; its number is free again.
  public mutating func close(_ index: Int) {
    guard let place = place(index) else { return }
    heldByteCount -= place.held
    places[index] = nil
    free.append(index)
    connectionCount -= 1
  }

  /// Takes bytes that arrived; returns how many. The rest has to be offered again after the next
  /// event.
  public mutating func receive(_ index: Int, _ bytes: Span<UInt8>, now: UInt64) -> Int {
    guard let place = place(index) else { return bytes.count }
    var taken = 0
    while taken < bytes.count {
      place.connection.isCramped = heldByteCount > settings.memoryLimit
      let count = place.connection.receive(bytes.extracting(taken..<bytes.count), now: now)
      taken += count
      run(place, index, now)
      if count == 0 { break }
    }
    return taken
  }

  public mutating func peerEnded(_ index: Int, now: UInt64) {
    guard let place = place(index) else { return }
    place.connection.peerEnded(now: now)
    run(place, index, now)
  }

  /// Those of one connection.
  public func heldByteCount(_ index: Int) -> Int { place(index)?.held ?? 0 }

  public func outputCount(_ index: Int) -> Int { place(index)?.connection.outputCount ?? 0 }

  /// Shows what is to be sent; nil for a number that is not in use.
  public func withOutput<Result>(_ index: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
    place(index)?.connection.withOutput(body)
  }

  /// The transport took the first `count` bytes of the output. There may be more now.
  public mutating func sent(_ index: Int, _ count: Int, now: UInt64) {
    guard let place = place(index) else { return }
    place.sent &+= UInt64(max(count, 0))
    place.connection.sent(count, now: now)
    run(place, index, now)
  }

  // What is left of a body goes into the output where it is no more than this: with the head, or as
  // the last of a stream.
  private static var smallBody: UInt64 { 4096 }

  /// Whether bytes of a body wait for `sendDirectly`.
  public func hasDirect(_ index: Int) -> Bool {
    guard settings.sendsDirectly, let place = place(index), case .source = place.work else {
      return false
    }
    return place.connection.directRoom > 0
  }

  /// Offers bytes of a body to the transport from where they lie; for connections whose output is
  /// empty, after every event. Afterwards there may be output.
  ///
  /// - Parameter transport: returns how many of the bytes it took. If it did not take all, it is
  ///   offered the rest at the next call, which should come when it has room.
  public mutating func sendDirectly(
    _ index: Int, now: UInt64, _ transport: (Span<UInt8>) -> Int
  ) {
    guard settings.sendsDirectly, let place = place(index), case .source(let source) = place.work
    else { return }
    while place.connection.directRoom > 0 {
      var (count, isBlocked) = (0, false)
      let step = source.show { bytes in
        let room = Int(min(UInt64(bytes.count), place.connection.directRoom))
        count = min(max(transport(bytes.extracting(0..<room)), 0), room)
        isBlocked = count < room
        return count
      }
      place.connection.wroteDirectly(count, now: now)
      place.connection.setDirectlyBlocked(isBlocked, now: now)
      place.sent &+= UInt64(count)
      if step == .failed {
        place.connection.abort()
      } else if place.connection.bodyRest == 0 || step == .end {
        finish(place, now)
      } else if count == 0 || isBlocked || step == .wait {
        break
      } else {
        continue
      }
      break
    }
    run(place, index, now)
  }

  public func disposal(_ index: Int) -> ServerConnection.Disposal {
    place(index)?.connection.disposal ?? .close
  }

  private func place(_ index: Int) -> ServerPlace? {
    places.indices.contains(index) ? places[index] : nil
  }

  // MARK: Waiting

  /// Something has happened that the handlers or streams of all connections may wait for.
  public mutating func wake(now: UInt64) {
    for index in places.indices { wake(index, now: now) }
  }

  /// The same for one connection's (`Request.connection`), which is cheaper.
  public mutating func wake(_ index: Int, now: UInt64) {
    guard let place = place(index) else { return }
    switch place.work {
    case .waiting, .streaming, .source:
      run(place, index, now)
      changed.append(index)
    case .none, .receiving, .bytes: break
    }
  }

  /// When `timePassed` has something to do, or earlier; the largest number is never.
  public var deadline: UInt64 { nextDeadline }

  public mutating func timePassed(now: UInt64) {
    guard now >= nextDeadline else { return }
    nextDeadline = .max
    for index in places.indices {
      guard let place = places[index] else { continue }
      let isDue = now >= deadline(of: place)
      place.connection.timePassed(now: now)
      if case .waiting = place.work, now >= answerEnd(of: place) {
        take(.status(.gatewayTimeout), place, now)
      }
      if isDue {
        run(place, index, now)
        changed.append(index)
      } else {
        nextDeadline = min(nextDeadline, deadline(of: place))
      }
    }
  }

  private func deadline(of place: ServerPlace) -> UInt64 {
    guard case .waiting = place.work else { return place.connection.deadline }
    return min(place.connection.deadline, answerEnd(of: place))
  }

  private func answerEnd(of place: ServerPlace) -> UInt64 {
    let (end, overflow) = place.started.addingReportingOverflow(settings.limits.answerTime)
    return overflow ? .max : end
  }

  /// A connection that `wake` or `timePassed` may have changed; each is named once or more.
  public mutating func nextChanged() -> Int? { changed.popLast() }

  // MARK: Work

  private mutating func run(_ place: ServerPlace, _ index: Int, _ now: UInt64) {
    defer {
      nextDeadline = min(nextDeadline, deadline(of: place))
      count(place)
    }
    while true {
      place.connection.isCramped = heldByteCount > settings.memoryLimit
      switch place.connection.disposal {
      case .reset, .close:
        // Whoever made the answer is let go of.
        place.work = .none
        place.log = nil
      case .stayOpen, .endOutput: break
      }
      guard step(place, index, now) else { return }
    }
  }

  private mutating func count(_ place: ServerPlace) {
    if case .none = place.work { place.headByteCount = 0 }
    let held = place.connection.heldByteCount + place.headByteCount
    heldByteCount += held - place.held
    place.held = held
  }

  /// Whether there may be more to do at once.
  private func step(_ place: ServerPlace, _ index: Int, _ now: UInt64) -> Bool {
    switch place.work {
    case .none:
      guard let head = place.connection.nextRequest(now: now) else { return false }
      place.started = now
      // The decoded path is no longer than the target; the rest of the line is what the log has of it.
      place.headByteCount =
        head.bytes.count + 16 * head.fieldCount + head.target.count + Limits.logBytes
      place.sentAtStart = place.sent &+ UInt64(place.connection.outputCount)
      if settings.log != nil {
        let name = head.methodName.prefix(AccessLogEntry.nameLimit)
        let target = head.target.prefix(AccessLogEntry.targetLimit)
        place.log = AccessLogEntry(
          connection: index, methodName: [UInt8](copying: name.span),
          target: [UInt8](copying: target.span), status: 0, byteCount: 0, duration: 0)
      }
      take(router.answer(head, connection: index, now: now), place, now)
      return true
    case .waiting(let ask):
      guard let answer = ask() else { return false }
      take(answer, place, now)
      return true
    case .receiving(let limit, let count, let each, let then):
      return receiveBody(place, limit, count, each, then, now)
    case .bytes(let bytes, let written):
      let count = place.connection.write(bytes.span.extracting(written..<bytes.count), now: now)
      if written + count == bytes.count {
        finish(place, now)
        return true
      }
      guard count > 0 else { return false }
      place.work = .bytes(bytes, written + count)
      return false
    case .streaming(let stream): return runStream(place, now) { writer in stream(&writer) }
    case .source(let source):
      // The rest is the transport's to ask for.
      if settings.sendsDirectly, place.connection.bodyRest > Self.smallBody { return false }
      return runStream(place, now) { writer in source.show { writer.write($0) } }
    }
  }

  private func take(_ answer: Answer, _ place: ServerPlace, _ now: UInt64) {
    switch answer {
    case .wait(let ask): place.work = .waiting(ask)
    case .receive(let limit, let each, let then):
      place.work = .receiving(limit: limit, count: 0, each, then)
    case .respond(let response):
      place.log?.status = response.head.status.code
      let date = settings.date?()
      place.connection.respond(
        response.head, dateLine: date.map { dateText.line($0) } ?? [], now: now)
      guard place.connection.wantsBody else { return finish(place, now) }
      switch response.body {
      case .none: finish(place, now)
      case .bytes(let bytes): place.work = .bytes(bytes, 0)
      case .stream(let stream): place.work = .streaming(stream)
      case .source(let source): place.work = .source(source)
      }
    }
  }

  private func receiveBody(
    _ place: ServerPlace, _ limit: UInt64, _ count: UInt64, _ each: (Span<UInt8>) -> Void,
    _ then: () -> Answer, _ now: UInt64
  ) -> Bool {
    var total = count
    let progress = place.connection.readBody(now: now) { bytes in
      total = total &+ UInt64(bytes.count)
      if total <= limit { each(bytes) }
    }
    if progress == .failed {
      place.work = .none
      place.log = nil
      return true
    }
    if total > limit {
      take(.status(.contentTooLarge), place, now)
    } else if progress == .over {
      take(then(), place, now)
    } else {
      if case .receiving(_, _, let each, let then) = place.work {
        place.work = .receiving(limit: limit, count: total, each, then)
      }
      return false
    }
    return true
  }

  private func runStream(
    _ place: ServerPlace, _ now: UInt64, _ stream: (inout BodyWriter) -> StreamStep
  ) -> Bool {
    var writer = BodyWriter(place: place, now: now)
    while writer.room > 0 {
      let room = writer.room
      switch stream(&writer) {
      case .more:
        // Nothing written and nothing to wait for would be asked for without end.
        if writer.room == room { return false }
      case .wait: return false
      case .end:
        finish(place, now)
        return true
      case .failed:
        place.connection.abort()
        place.work = .none
        return true
      }
    }
    // A stream of stated length is over with its last byte.
    guard !place.connection.wantsBody else { return false }
    finish(place, now)
    return true
  }

  private func finish(_ place: ServerPlace, _ now: UInt64) {
    place.work = .none
    place.connection.finish(now: now)
    guard var entry = place.log, let log = settings.log else { return }
    place.log = nil
    entry.byteCount =
      place.sent &+ UInt64(place.connection.outputCount) &- place.sentAtStart
    entry.duration = now &- place.started
    log(entry)
  }
}
