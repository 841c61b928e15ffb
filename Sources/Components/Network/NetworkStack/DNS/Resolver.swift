// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

/// A handle of a look-up. The handle of a closed look-up is refused, never confused with a later
/// one's.
public struct DNSLookup: Hashable, BitwiseCopyable, Sendable {
  let index: Int32
  let generation: UInt32
}

/// The state of a look-up.
public enum DNSResult: BitwiseCopyable, Sendable {
  /// No answer yet.
  case pending
  /// The name's first addresses, their count, and their validity in seconds.
  case found(InlineArray<4, IPv4Address>, count: Int, timeToLive: UInt32)
  /// The name does not exist, or has no address.
  case noSuchName
  /// No server answered with a result, or there is no server.
  case failed
}

/// DNS queries (RFC 1035, 7.1; RFC 5452). Each query has its own port and identifier, so that
/// answers cannot be guessed.
struct Resolver: ~Copyable {
  /// Queries until a look-up fails; the wait for an answer doubles from 1 s.
  static var tries: UInt8 { 5 }
  private static var interval: Interval { .seconds(1) }

  struct Lookup: BitwiseCopyable {
    var isUsed = false
    var generation: UInt32 = 1
    var tag: UInt = 0
    var query = DNSQuery(identifier: 0, name: DNSName())
    var port: UInt16 = 0
    var tries: UInt8 = 0
    var waits: UInt16 = 0
    var isDue = false
    var deadline = Instant.never
    var result = DNSResult.pending
  }

  /// A query that is due.
  struct Question: BitwiseCopyable {
    var query: DNSQuery
    var port: UInt16
    var server: IPv4Address
    fileprivate var index: Int
  }

  private var lookups: FixedArray<Lookup>
  private var first: IPv4Address?
  private var second: IPv4Address?
  private(set) var deadline = Instant.never
  private(set) var hasQuestions = false

  init(limit: Int) { lookups = FixedArray(count: limit, repeating: Lookup()) }

  mutating func setServers(_ first: IPv4Address?, _ second: IPv4Address?) {
    self.first = first ?? second
    self.second = second ?? first
  }

  /// Begins a look-up; nil if too many are open. `random` must be fresh.
  mutating func begin(_ name: DNSName, tag: UInt, random: UInt64) -> DNSLookup? {
    for index in 0..<lookups.count where !lookups[index].isUsed {
      let generation = lookups[index].generation
      lookups[index] = Lookup()
      lookups[index].isUsed = true
      lookups[index].generation = generation
      lookups[index].tag = tag
      lookups[index].query.name = name
      ask(index, random)
      return DNSLookup(index: Int32(truncatingIfNeeded: index), generation: generation)
    }
    return nil
  }

  private mutating func ask(_ index: Int, _ random: UInt64) {
    lookups[index].query.identifier = UInt16(truncatingIfNeeded: random)
    lookups[index].port = 0xc000 | UInt16(truncatingIfNeeded: random >> 16)
    lookups[index].isDue = true
    lookups[index].deadline = .never
    hasQuestions = true
  }

  private func index(of lookup: DNSLookup) -> Int? {
    let index = Int(lookup.index)
    guard index >= 0, index < lookups.count, lookups[index].isUsed,
      lookups[index].generation == lookup.generation
    else { return nil }
    return index
  }

  /// The state of a look-up; nil for an unknown or closed one.
  func result(of lookup: DNSLookup) -> DNSResult? { index(of: lookup).map { lookups[$0].result } }

  /// Ends a look-up.
  mutating func end(_ lookup: DNSLookup) {
    guard let index = index(of: lookup) else { return }
    let generation = lookups[index].generation
    lookups[index] = Lookup()
    lookups[index].generation = generation &+ 1
  }

  /// A look-up's handle and tag, for an event.
  func identity(_ index: Int) -> (DNSLookup, UInt)? {
    guard lookups[index].isUsed else { return nil }
    let lookup = DNSLookup(
      index: Int32(truncatingIfNeeded: index), generation: lookups[index].generation)
    return (lookup, lookups[index].tag)
  }

  /// The next query to send; `didSend` confirms it. Without a server, all due look-ups fail at the
  /// next `tick`.
  mutating func nextQuestion() -> Question? {
    guard hasQuestions else { return nil }
    guard let first, let second else {
      failDueQuestions()
      return nil
    }
    for index in 0..<lookups.count where lookups[index].isUsed && lookups[index].isDue {
      return Question(
        query: lookups[index].query, port: lookups[index].port,
        server: lookups[index].tries & 1 == 0 ? first : second, index: index)
    }
    hasQuestions = false
    return nil
  }

  private mutating func failDueQuestions() {
    for index in 0..<lookups.count where lookups[index].isUsed && lookups[index].isDue {
      lookups[index].isDue = false
      lookups[index].tries = Resolver.tries
      lookups[index].deadline = Instant(nanoseconds: 0)
      deadline = Instant(nanoseconds: 0)
    }
    hasQuestions = false
  }

  mutating func didSend(_ question: Question, now: Instant) {
    let index = question.index
    let wait = Resolver.interval.doubled(Int(lookups[index].tries) / 2, limit: .seconds(8))
    lookups[index].isDue = false
    lookups[index].tries &+= 1
    lookups[index].deadline = now + wait
    deadline = min(deadline, now + wait)
  }

  /// Postpones a query whose next hop is not known yet.
  mutating func postpone(_ question: Question, now: Instant) {
    let index = question.index
    lookups[index].isDue = false
    lookups[index].waits &+= 1
    // An unresponsive neighbour is given up within seconds; so is this query.
    if lookups[index].waits % 16 == 0 { lookups[index].tries &+= 1 }
    lookups[index].deadline = now + .milliseconds(100)
    deadline = min(deadline, lookups[index].deadline)
  }

  /// Whether a query was sent from `port`.
  func isAsking(from port: UInt16) -> Bool {
    for index in 0..<lookups.count
    where lookups[index].isUsed && lookups[index].port == port { return true }
    return false
  }

  /// Processes a server's answer; returns the index of a look-up that it completes.
  mutating func receive(
    _ message: borrowing RawSpan, at port: UInt16, from server: IPv4Address
  ) -> Int? {
    guard server == first || server == second else { return nil }
    for index in 0..<lookups.count
    where lookups[index].isUsed && lookups[index].port == port && lookups[index].tries > 0 {
      guard case .pending = lookups[index].result,
        let answer = DNSAnswer(parsing: message, to: lookups[index].query)
      else { continue }
      switch answer.outcome {
      case .found:
        lookups[index].result = .found(
          answer.addresses, count: answer.addressCount, timeToLive: answer.timeToLive)
      case .noAddress, .noSuchName: lookups[index].result = .noSuchName
      case .failed:
        // The other server may know better; the timer asks it at once.
        guard lookups[index].tries >= Resolver.tries else {
          lookups[index].deadline = Instant(nanoseconds: 0)
          deadline = Instant(nanoseconds: 0)
          return nil
        }
        lookups[index].result = .failed
      }
      lookups[index].isDue = false
      lookups[index].deadline = .never
      return index
    }
    return nil
  }

  /// Retries or fails look-ups whose time has come. Returns the index of one that failed; call
  /// again until nil.
  mutating func tick(random: UInt64, now: Instant) -> Int? {
    guard now >= deadline else { return nil }
    for index in 0..<lookups.count where lookups[index].isUsed && lookups[index].deadline <= now {
      if lookups[index].tries >= Resolver.tries {
        lookups[index].deadline = .never
        lookups[index].result = .failed
        return index
      }
      // One query's numbers must not reveal the next one's.
      ask(index, HashKey(random, 0).hash(UInt64(truncatingIfNeeded: index), 0))
    }
    deadline = .never
    for index in 0..<lookups.count where lookups[index].isUsed {
      deadline = min(deadline, lookups[index].deadline)
    }
    return nil
  }
}
