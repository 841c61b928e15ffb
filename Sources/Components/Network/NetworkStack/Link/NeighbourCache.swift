// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

/// The neighbour cache: MAC addresses of IPv4 neighbours (RFC 826; RFC 1122, 2.3.2.1), in a table
/// of fixed size. Unused entries cause no requests and no wake-ups.
///
/// An entry lists the connections that wait for its address. An awaited entry is never evicted, and
/// its connections are woken however the search ends: by an answer, by failure, or when the table
/// is emptied.
struct NeighbourCache: ~Copyable {
  /// How long an answer is valid.
  static var lifetime: Interval { .seconds(60) }
  /// Time between requests, and how many remain unanswered before a neighbour counts as gone.
  static var interval: Interval { .seconds(1) }
  static var tries: UInt8 { 3 }
  /// How long no further request is sent after that.
  static var holdDown: Interval { .seconds(5) }
  /// Entries beyond one per connection: for datagrams' neighbours, routers, and neighbours that
  /// only spoke.
  private static var others: Int { 64 }

  enum State: BitwiseCopyable {
    case empty
    /// Requested; no address known.
    case searching
    /// Known until the deadline, and valid beyond it while unused.
    case reachable
    /// Known for longer than the lifetime and in use: requested again, still used.
    case probing
    /// Not answered: no request until the deadline.
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
    /// The address, and until when it need not be resolved again.
    case known(MACAddress, until: Instant)
    case searching
    case unreachable
  }

  /// A request that is due.
  struct Request: BitwiseCopyable {
    var target: IPv4Address
    /// The neighbour itself if its address was known, otherwise broadcast.
    var destination: MACAddress
    fileprivate var index: Int
  }

  private var entries: FixedArray<Entry>
  // Entries by address.
  private var chains: HashChains
  private var key: TableKey
  // Entries that may be reused. `spare`: never used for sending, either empty or only heard of.
  // `idle`: used, the least recently used first. Strangers may take spare entries only.
  private var spare: IndexQueue
  private var idle: IndexQueue
  // Entries whose request is due, and entries that were requested; all wait equally long, so the
  // first times out first.
  private var due: IndexQueue
  private var asked: IndexQueue
  // Connections that wait for an entry's address, and those that no longer need to wait.
  private var waiting: IndexSets
  private var woken: IndexQueue
  /// Changes whenever a resolution that a connection or socket has kept may have become wrong.
  private(set) var version: UInt32 = 1

  /// A cache for this many connections. `key` is the hash table's.
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

  /// When the first outstanding request times out.
  var deadline: Instant { asked.first.map { entries[$0].deadline } ?? .never }

  /// Whether requests are due.
  @inline(__always)
  var hasRequests: Bool { !due.isEmpty }

  private func hash(_ address: IPv4Address) -> UInt32 { key.hash(UInt64(address.value), 0) }

  private mutating func find(_ address: IPv4Address) -> Int? {
    var index = chains.first(hash(address))
    while index >= 0 {
      if entries[index].address == address { return index }
      index = chains.after(index)
    }
    return nil
  }

  /// Whether the hardware address of `address` is known.
  mutating func knows(_ address: IPv4Address) -> Bool {
    guard let index = find(address) else { return false }
    return entries[index].state == .reachable || entries[index].state == .probing
  }

  /// Allocates an entry for a new neighbour; nil if all are needed.
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

  // Marks an entry as the most recently used.
  private mutating func touch(_ index: Int) {
    guard waiting.isEmpty(index) else { return }
    spare.remove(index)
    idle.remove(index)
    idle.push(index)
  }

  /// Resolves `address`, with a request if needed. During the search `connection` waits;
  /// `nextWoken` returns it when it has to ask again.
  mutating func resolve(
    _ address: IPv4Address, for connection: Int? = nil, now: Instant
  ) -> Resolution {
    let index: Int
    if let known = find(address) {
      index = known
      touch(index)
    } else {
      // All entries are awaited. That never happens to a connection, since there is one entry for
      // each.
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

  /// Ends a connection's wait.
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

  /// The next connection that waited and should ask again; nil if there is none.
  @inline(__always)
  mutating func nextWoken() -> Int? { woken.pop() }

  /// Has the entry of `address` verified: packets via it get no answer (RFC 1122, 2.3.3).
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

  /// Learns what a neighbour said about itself. `isForUs`: it asked or answered us, so it will want
  /// to communicate; only then is a new entry made (RFC 826). True if its address is now known.
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

  /// Enters `hardware` for `address`, because a handshake through it succeeded, unless an address
  /// is already known. True if the entry is new.
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

  /// Handles requests that timed out. True if `watched` has just become unreachable.
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
        // It no longer answers; the next use broadcasts a request.
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

  /// The next request to send; `didSend` confirms it.
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

  /// Empties the table after the link or the address has changed, and wakes waiting connections.
  /// The table may get a new key.
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
  /// Whether it can be the address of a single station.
  @inline(__always)
  var isStation: Bool { !isMulticast && value != 0 }
}

#if !hasFeature(Embedded)
  extension NeighbourCache {
    /// What is wrong with the table, its queues and its waiting connections; nil if nothing is.
    func checkInvariants() -> String? {
      guard spare.checkedIndices() != nil, idle.checkedIndices() != nil,
        due.checkedIndices() != nil, woken.checkedIndices() != nil,
        let requested = asked.checkedIndices()
      else { return "a neighbour queue has wrong links" }
      if let fault = waiting.checkInvariants() { return "waiting for neighbours: \(fault)" }
      var hashes: [Int: UInt32] = [:]
      for index in 0..<entries.count {
        let entry = entries[index]
        if entry.state != .empty { hashes[index] = hash(entry.address) }
        let isAwaited = !waiting.isEmpty(index)
        let queues = (spare.contains(index) ? 1 : 0) + (idle.contains(index) ? 1 : 0)
        guard queues == (isAwaited ? 0 : 1), entry.state != .empty || spare.contains(index) else {
          return "neighbour \(index), \(entry.state), is in \(queues) queues for reuse"
        }
        guard !isAwaited || entry.state == .searching else {
          return "neighbour \(index), \(entry.state), is awaited"
        }
        let isRequested = (due.contains(index) ? 1 : 0) + (asked.contains(index) ? 1 : 0)
        let isSearched = entry.state == .searching || entry.state == .probing
        guard isRequested == (isSearched ? 1 : 0) else {
          return "neighbour \(index), \(entry.state), is in \(isRequested) queues for requests"
        }
      }
      for (earlier, later) in zip(requested, requested.dropFirst())
      where entries[earlier].deadline > entries[later].deadline {
        return "neighbour \(later) times out before \(earlier)"
      }
      return chains.checkInvariants(hashes).map { "neighbours: \($0)" }
    }
  }
#endif
