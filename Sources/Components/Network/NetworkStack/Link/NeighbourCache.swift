// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// Which MAC address a neighbour's IPv4 address has (RFC 826; RFC 1122, 2.3.2.1): a cache of a fixed
/// size. Without use it asks nothing and wakes nobody.
///
/// Connections that wait for an address are noted with it. A neighbour that somebody waits for keeps its
/// place, and whatever ends the search wakes who waits: the answer, its failure, or that all is forgotten.
struct NeighbourCache: ~Copyable {
  /// How long an answer is believed without a new one.
  static var lifetime: Interval { .seconds(60) }
  /// Time between requests, and how many go unanswered before a neighbour counts as gone.
  static var interval: Interval { .seconds(1) }
  static var tries: UInt8 { 3 }
  /// How long nobody is asked again after that.
  static var holdDown: Interval { .seconds(5) }
  /// Places beyond one for each connection: for datagrams' neighbours, routers, and those that were only heard of.
  private static var others: Int { 64 }

  enum State: BitwiseCopyable {
    case empty
    /// Asked, no address known.
    case searching
    /// Known until the deadline, and believed beyond it while nobody uses it.
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
    var deadline = Instant.never
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
  // Entries by their addresses.
  private var chains: HashChains
  private var key: TableKey
  // Places that may be given to another neighbour: those that were never used, be it that they are empty or that somebody
  // was only heard of; and those that were, the one unused for longest first. Strangers get none of the second.
  private var spare: IndexQueue
  private var idle: IndexQueue
  // Those to be asked, and those that have been, each for the same time: the first is due first.
  private var due: IndexQueue
  private var asked: IndexQueue
  // Connections that wait for an entry's address, and those that need not any more.
  private var waiting: IndexSets
  private var woken: IndexQueue
  /// Changes whenever an answer to a look-up may have that somebody has kept.
  private(set) var version: UInt32 = 1

  /// For so many connections. `key` is for the table.
  init(connections: Int, key: TableKey) {
    let limit = connections &+ NeighbourCache.others
    self.key = key
    entries = FixedArray(count: limit, repeating: Entry())
    chains = HashChains(limit: limit)
    spare = IndexQueue(limit: limit)
    idle = IndexQueue(limit: limit)
    due = IndexQueue(limit: limit)
    asked = IndexQueue(limit: limit)
    waiting = IndexSets(sets: limit, limit: connections)
    woken = IndexQueue(limit: connections)
    for index in 0..<limit { spare.push(index) }
  }

  /// When something is due next.
  var deadline: Instant { asked.first.map { entries[$0].deadline } ?? .never }

  /// Whether requests wait to be sent.
  @inline(__always)
  var hasRequests: Bool { !due.isEmpty }

  private func hash(_ address: IPv4Address) -> UInt32 { key.hash(UInt64(address.value), 0) }

  private func find(_ address: IPv4Address) -> Int? {
    var index = chains.first(hash(address))
    while index >= 0 {
      if entries[index].address == address { return index }
      index = chains.after(index)
    }
    return nil
  }

  /// Whether it is known where `address` is.
  func knows(_ address: IPv4Address) -> Bool {
    guard let index = find(address) else { return false }
    return entries[index].state == .reachable || entries[index].state == .probing
  }

  /// A place for a neighbour that is not in the table; nil where all are needed by others.
  private mutating func allocate(for address: IPv4Address, isStranger: Bool) -> Int? {
    guard let index = spare.pop() ?? (isStranger ? nil : idle.pop()) else { return nil }
    if entries[index].state != .empty { forget(index) }
    entries[index].address = address
    chains.insert(index, hash(address))
    if isStranger { spare.push(index) } else { idle.push(index) }
    return index
  }

  private mutating func forget(_ index: Int) {
    chains.remove(index, hash(entries[index].address))
    due.remove(index)
    asked.remove(index)
    entries[index] = Entry()
    version &+= 1
  }

  // From now on it is one that was used, and lately.
  private mutating func touch(_ index: Int) {
    guard waiting.isEmpty(index) else { return }
    spare.remove(index)
    idle.remove(index)
    idle.push(index)
  }

  /// What is known, and a request where that is not enough. While it is searched for, `connection` waits: `nextWoken`
  /// tells when it is to ask again.
  mutating func resolve(
    _ address: IPv4Address, for connection: Int? = nil, now: Instant
  ) -> Resolution {
    let index: Int
    if let known = find(address) {
      index = known
      touch(index)
    } else {
      // More neighbours than there are places are waited for: no connection's, since each has one.
      guard let new = allocate(for: address, isStranger: false) else { return .unreachable }
      index = new
      ask(index, .searching)
    }
    switch entries[index].state {
    case .reachable:
      guard now >= entries[index].deadline else {
        return .known(entries[index].hardware, until: entries[index].deadline)
      }
      ask(index, .probing)
    case .probing: break
    case .failed:
      guard now >= entries[index].deadline else { return .unreachable }
      ask(index, .searching)
    case .searching, .empty: break
    }
    if entries[index].state == .probing {
      return .known(entries[index].hardware, until: now + NeighbourCache.interval)
    }
    if let connection { wait(connection, for: index) }
    return .searching
  }

  private mutating func wait(_ connection: Int, for index: Int) {
    leave(connection)
    idle.remove(index)
    waiting.insert(connection, into: index)
  }

  /// Whether a connection waits for a neighbour.
  func isWaiting(_ connection: Int) -> Bool { waiting.set(of: connection) != nil }

  /// A connection waits no more.
  mutating func leave(_ connection: Int) {
    woken.remove(connection)
    guard let index = waiting.remove(connection), waiting.isEmpty(index) else { return }
    idle.push(index)
  }

  private mutating func wake(_ index: Int) {
    guard !waiting.isEmpty(index) else { return }
    while let connection = waiting.pop(from: index) { woken.push(connection) }
    idle.push(index)
  }

  /// A connection that waited and should ask again, until there is none.
  @inline(__always)
  mutating func nextWoken() -> Int? { woken.pop() }

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
    entries[index].deadline = .never
    due.push(index)
  }

  /// Takes what a neighbour said about itself. `isForUs` says that it asked or answered us, and so will want to
  /// talk: only then a new entry is made (RFC 826). True where it is known now.
  mutating func learn(
    _ address: IPv4Address, _ hardware: MACAddress, isForUs: Bool, now: Instant
  ) -> Bool {
    guard address.isHost, hardware.isStation else { return false }
    if let index = find(address) {
      if entries[index].hardware != hardware, entries[index].state != .searching { version &+= 1 }
      markReachable(index, hardware, now: now)
    } else {
      guard isForUs, let index = allocate(for: address, isStranger: true) else { return false }
      markReachable(index, hardware, now: now)
    }
    return true
  }

  /// A connection with `address` was opened by frames to and from `hardware`, so that is where it is, unless more is
  /// known. True where it is known only since now.
  mutating func confirm(_ address: IPv4Address, _ hardware: MACAddress, now: Instant) -> Bool {
    guard hardware.isStation, !knows(address),
      let index = find(address) ?? allocate(for: address, isStranger: false)
    else { return false }
    markReachable(index, hardware, now: now)
    touch(index)
    return true
  }

  private mutating func markReachable(_ index: Int, _ hardware: MACAddress, now: Instant) {
    due.remove(index)
    asked.remove(index)
    entries[index].hardware = hardware
    entries[index].state = .reachable
    entries[index].deadline = now + NeighbourCache.lifetime
    wake(index)
  }

  /// Does what is due. True where `watched` has been asked in vain now.
  mutating func tick(now: Instant, watching watched: IPv4Address?) -> Bool {
    var isGone = false
    while let index = asked.first, entries[index].deadline <= now {
      asked.remove(index)
      if entries[index].sent < NeighbourCache.tries {
        entries[index].deadline = .never
        due.push(index)
        continue
      }
      if entries[index].address == watched { isGone = true }
      if entries[index].state == .probing {
        // It does not answer any more; whoever uses it next asks everybody.
        entries[index].state = .failed
        version &+= 1
      } else {
        entries[index].state = .failed
        entries[index].deadline = now + NeighbourCache.holdDown
        wake(index)
      }
    }
    return isGone
  }

  /// A request to send; `sent` says that it was.
  func nextRequest() -> Request? {
    guard let index = due.first else { return nil }
    let isKnown = entries[index].state == .probing
    return Request(
      target: entries[index].address,
      destination: isKnown ? entries[index].hardware : .broadcast, index: index)
  }

  mutating func didSend(_ request: Request, now: Instant) {
    due.remove(request.index)
    entries[request.index].sent &+= 1
    entries[request.index].deadline = now + NeighbourCache.interval
    asked.push(request.index)
  }

  /// Forgets everything, as when the link or the address has changed. Who waited asks again. The table may get another
  /// key.
  mutating func removeAll(key: TableKey? = nil) {
    for index in 0..<entries.count where entries[index].state != .empty {
      wake(index)
      forget(index)
      idle.remove(index)
      spare.push(index)
    }
    if let key { self.key = key }
    version &+= 1
  }
}

extension MACAddress {
  /// Whether one station can have it.
  @inline(__always)
  var isStation: Bool { !isMulticast && value != 0 }
}
