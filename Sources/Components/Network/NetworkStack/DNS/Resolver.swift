// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// A look-up's number. That of a finished one is refused, not confused with a later one's.
public struct DNSLookup: Hashable, BitwiseCopyable, Sendable {
  let index: Int32
  let generation: UInt32
}

/// How a look-up stands.
public enum DNSResult: BitwiseCopyable, Sendable {
  case pending
  /// The name's first addresses, how many there are, and for how many seconds they hold.
  case found(InlineArray<4, IPv4Address>, count: Int, timeToLive: UInt32)
  /// There is no such name, or it has no address.
  case noSuchName
  /// No server answered, none would, or there is none to ask.
  case failed
}

/// Questions to name servers (RFC 1035, 7.1; RFC 5452): each from a port of its own with an
/// identifier of its own, so that answers cannot be guessed.
struct Resolver: ~Copyable {
  /// Questions until a look-up fails; the time for an answer doubles from 1 s.
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

  /// A question that is due.
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

  /// Begins; nil when there are as many look-ups as there may be. `random` is fresh.
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

  /// How it stands; nil for one that is not known (any more).
  func result(of lookup: DNSLookup) -> DNSResult? { index(of: lookup).map { lookups[$0].result } }

  /// Forgets it.
  mutating func end(_ lookup: DNSLookup) {
    guard let index = index(of: lookup) else { return }
    let generation = lookups[index].generation
    lookups[index] = Lookup()
    lookups[index].generation = generation &+ 1
  }

  /// The look-up and its owner's tag, for an event.
  func identity(_ index: Int) -> (DNSLookup, UInt)? {
    guard lookups[index].isUsed else { return nil }
    let lookup = DNSLookup(
      index: Int32(truncatingIfNeeded: index), generation: lookups[index].generation)
    return (lookup, lookups[index].tag)
  }

  /// A question to send; `sent` says that it was. Without a server all that are due fail, as soon as `tick` is called.
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

  /// The question could not be sent as the way is not known yet.
  mutating func postpone(_ question: Question, now: Instant) {
    let index = question.index
    lookups[index].isDue = false
    lookups[index].waits &+= 1
    // Neighbours that do not answer are given up within seconds; so is this.
    if lookups[index].waits % 16 == 0 { lookups[index].tries &+= 1 }
    lookups[index].deadline = now + .milliseconds(100)
    deadline = min(deadline, lookups[index].deadline)
  }

  /// Whether one of the questions came from `port`.
  func isAsking(from port: UInt16) -> Bool {
    for index in 0..<lookups.count
    where lookups[index].isUsed && lookups[index].port == port { return true }
    return false
  }

  /// Takes what came from a server. The index of the look-up that ended.
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

  /// Does what is due: the index of a look-up that failed, until there is none.
  mutating func tick(random: UInt64, now: Instant) -> Int? {
    guard now >= deadline else { return nil }
    for index in 0..<lookups.count where lookups[index].isUsed && lookups[index].deadline <= now {
      if lookups[index].tries >= Resolver.tries {
        lookups[index].deadline = .never
        lookups[index].result = .failed
        return index
      }
      // One question's numbers do not tell the next one's.
      ask(index, HashKey(random, 0).hash(UInt64(truncatingIfNeeded: index), 0))
    }
    deadline = .never
    for index in 0..<lookups.count where lookups[index].isUsed {
      deadline = min(deadline, lookups[index].deadline)
    }
    return nil
  }
}
