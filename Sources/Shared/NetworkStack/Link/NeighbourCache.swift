// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Wire

/// Which MAC address a neighbour's IPv4 address has (RFC 826; RFC 1122, 2.3.2.1): a cache of a fixed
/// size. Without use it asks nothing and wakes nobody.
struct NeighbourCache: ~Copyable {
  /// How long an answer is believed without a new one.
  static var lifetime: Interval { .seconds(60) }
  /// Time between requests, and how many go unanswered before a neighbour counts as gone.
  static var interval: Interval { .seconds(1) }
  static var tries: UInt8 { 3 }
  /// How long nobody is asked again after that.
  static var holdDown: Interval { .seconds(5) }
  // Entries that an address may be in.
  private static var ways: Int { 4 }

  enum State: BitwiseCopyable {
    case empty
    /// Asked, no address known.
    case searching
    /// Known until the deadline.
    case reachable
    /// Known for longer than the lifetime and in use: asked, still used.
    case probing
    /// Asked in vain: nobody is asked again until the deadline.
    case failed
  }

  struct Entry: BitwiseCopyable {
    var address = IPv4Address.unspecified
    var hardware = MACAddress(0)
    var state = State.empty
    var sent: UInt8 = 0
    var isDue = false
    var deadline = Instant.never
    var used = Instant(nanoseconds: 0)
  }

  enum Resolution: BitwiseCopyable {
    /// The address, and until when it need not be looked up again.
    case known(MACAddress, until: Instant)
    case searching
    case unreachable
  }

  /// A request that is due.
  struct Request: BitwiseCopyable {
    var target: IPv4Address
    /// The neighbour alone, where it was known, or everybody.
    var destination: MACAddress
    fileprivate var index: Int
  }

  private var entries: FixedArray<Entry>
  /// When something is due next.
  private(set) var deadline = Instant.never
  /// Whether requests wait to be sent.
  private(set) var hasRequests = false
  /// Changes whenever an answer to a look-up may have.
  private(set) var version: UInt32 = 1

  init(limit: Int) {
    let sets = max(1, (limit &+ NeighbourCache.ways &- 1) / NeighbourCache.ways)
    entries = FixedArray(count: sets &* NeighbourCache.ways, repeating: Entry())
  }

  private func firstWay(of address: IPv4Address) -> Int {
    let sets = UInt32(truncatingIfNeeded: entries.count / NeighbourCache.ways)
    return Int((address.value ^ address.value >> 8) % sets) &* NeighbourCache.ways
  }

  private func find(_ address: IPv4Address) -> Int? {
    let first = firstWay(of: address)
    for index in first..<first &+ NeighbourCache.ways
    where entries[index].state != .empty && entries[index].address == address { return index }
    return nil
  }

  // An unused entry, else the one whose last use is the longest ago.
  private func victim(for address: IPv4Address) -> Int {
    let first = firstWay(of: address)
    var best = first
    for index in first..<first &+ NeighbourCache.ways {
      if entries[index].state == .empty { return index }
      if entries[index].used < entries[best].used { best = index }
    }
    return best
  }

  /// What is known, and a request where that is not enough.
  mutating func resolve(_ address: IPv4Address, now: Instant) -> Resolution {
    guard let index = find(address) else {
      let index = victim(for: address)
      entries[index] = Entry()
      entries[index].address = address
      entries[index].used = now
      ask(index, .searching)
      version &+= 1
      return .searching
    }
    entries[index].used = now
    switch entries[index].state {
    case .reachable:
      if now >= entries[index].deadline {
        ask(index, .probing)
        return .known(entries[index].hardware, until: now + NeighbourCache.interval)
      }
      return .known(entries[index].hardware, until: entries[index].deadline)
    case .probing: return .known(entries[index].hardware, until: now + NeighbourCache.interval)
    case .failed:
      guard now >= entries[index].deadline else { return .unreachable }
      ask(index, .searching)
      return .searching
    case .searching, .empty: return .searching
    }
  }

  /// Whether it was asked in vain, lately.
  func isGone(_ address: IPv4Address) -> Bool {
    guard let index = find(address) else { return false }
    return entries[index].state == .failed
  }

  /// Somebody gets no answer from behind `address`: what is known about it may be wrong
  /// (RFC 1122, 2.3.3).
  mutating func doubt(_ address: IPv4Address) {
    guard let index = find(address), entries[index].state == .reachable else { return }
    ask(index, .probing)
    version &+= 1
  }

  private mutating func ask(_ index: Int, _ state: State) {
    entries[index].state = state
    entries[index].sent = 0
    entries[index].isDue = true
    entries[index].deadline = .never
    hasRequests = true
  }

  /// Takes what a neighbour said about itself. `isForUs` says that it asked us, and so will want to
  /// talk: only then a new entry is made (RFC 826). True where somebody may have waited for it.
  mutating func learn(
    _ address: IPv4Address, _ hardware: MACAddress, isForUs: Bool, now: Instant
  ) -> Bool {
    guard address.isHost, !hardware.isMulticast, hardware.value != 0 else { return false }
    var index = victim(for: address)
    if let known = find(address) {
      index = known
    } else {
      guard isForUs else { return false }
      entries[index] = Entry()
      entries[index].address = address
      entries[index].used = now
    }
    let waited = entries[index].state == .searching
    let wasAsked = waited || entries[index].state == .probing
    if entries[index].hardware != hardware || waited { version &+= 1 }
    entries[index].hardware = hardware
    entries[index].state = .reachable
    entries[index].isDue = false
    entries[index].deadline = now + NeighbourCache.lifetime
    if wasAsked { findDeadline() }
    return waited
  }

  /// Does what is due. True where somebody who waits has to be told that it was in vain.
  mutating func tick(now: Instant) -> Bool {
    guard now >= deadline else { return false }
    var gaveUp = false
    for index in 0..<entries.count where entries[index].deadline <= now {
      guard entries[index].state == .searching || entries[index].state == .probing else {
        continue
      }
      if entries[index].sent < NeighbourCache.tries {
        entries[index].isDue = true
        entries[index].deadline = .never
        hasRequests = true
      } else if entries[index].state == .probing {
        // It does not answer any more; whoever uses it next asks everybody.
        entries[index].state = .empty
        entries[index].deadline = .never
        version &+= 1
      } else {
        entries[index].state = .failed
        entries[index].deadline = now + NeighbourCache.holdDown
        gaveUp = true
      }
    }
    findDeadline()
    return gaveUp
  }

  private mutating func findDeadline() {
    deadline = .never
    for index in 0..<entries.count
    where entries[index].state == .searching || entries[index].state == .probing {
      deadline = min(deadline, entries[index].deadline)
    }
  }

  /// A request to send; `sent` says that it was.
  mutating func nextRequest() -> Request? {
    guard hasRequests else { return nil }
    for index in 0..<entries.count where entries[index].isDue {
      let isKnown = entries[index].state == .probing
      return Request(
        target: entries[index].address,
        destination: isKnown ? entries[index].hardware : .broadcast, index: index)
    }
    hasRequests = false
    return nil
  }

  mutating func sent(_ request: Request, now: Instant) {
    entries[request.index].isDue = false
    entries[request.index].sent &+= 1
    entries[request.index].deadline = now + NeighbourCache.interval
    deadline = min(deadline, entries[request.index].deadline)
  }

  /// Forgets everything, as when the link or the address has changed.
  mutating func removeAll() {
    for index in 0..<entries.count { entries[index] = Entry() }
    deadline = .never
    hasRequests = false
    version &+= 1
  }
}
