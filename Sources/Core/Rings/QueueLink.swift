// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

// Two domains that share queues can begin again at any moment, each without the other. Before either uses the queues again, both agree
// that neither uses them any more, by a word of each behind or inside the queues, where sDDF and LionsOS have nothing.
//
//   server                                        client
//   sees a new epoch of the client, or is new
//   stops using the queues
//   word := (own epoch, client's epoch)     ->    sees its own epoch there, and the server's current one
//                                                 resets the queues
//   sees both current epochs there          <-    word := (own epoch, server's epoch)
//   uses the queues                               uses the queues
//
// A word with an older epoch of either side means nothing. The supervisor counts the epochs, in memory that neither can write, before
// a domain runs again (Tests/Models/restarting.pml). At boot all epochs and words are 0, so that both begin at once, as without a
// supervisor.

/// The words with which the two ends of a link agree.
@safe public struct LinkWords: @unchecked Sendable {
  // Safety: the initialiser checks that both words lie inside the region and are aligned.
  private let start: UnsafeMutableRawPointer

  /// Bytes of both words.
  public static var byteCount: Int { 16 }

  /// The words `offset` bytes into a region; nil if it ends before them, or they are not aligned to 8 bytes.
  public init?(_ region: SharedRegion, at offset: Int) {
    guard offset >= 0, region.byteCount >= Self.byteCount,
      offset <= region.byteCount &- Self.byteCount
    else { return nil }
    unsafe start = region.start + offset
    guard unsafe UInt(bitPattern: start) % 8 == 0 else { return nil }
  }

  // Storing releases and loading acquires: who sees the other's word sees that the other has left the queues, or has reset them.
  var server: UInt64 {
    get { unsafe cmemory_load_acquire_64(start) }
    nonmutating set { unsafe cmemory_store_release_64(start, newValue) }
  }
  var client: UInt64 {
    get { unsafe cmemory_load_acquire_64(start + 8) }
    nonmutating set { unsafe cmemory_store_release_64(start + 8, newValue) }
  }

  static func word(_ own: UInt64, _ peer: UInt64) -> UInt64 { own &<< 32 | peer & 0xffff_ffff }
}

/// What became of a link since it was last looked at.
public enum LinkChange: Equatable, Sendable {
  /// Nothing.
  case none
  /// The other end has begun again: the queues must not be used until the link is `found`.
  case lost
  /// Both ends may use the queues, which are empty.
  case found
}

/// The end of a link that waits until the other has reset the queues.
public struct LinkServer: Sendable {
  private let words: LinkWords?
  /// Whether the queues may be used.
  public private(set) var isConnected = false
  private var client: UInt64 = 0

  /// An end that is not connected. Without words it is so from the first `look` on, and stays so.
  public init(_ words: LinkWords?) { self.words = words }

  /// Compares the epochs. After `lost`, call `leave` once the queues and what the client lent are not used any more.
  @inline(__always) public mutating func look(own: UInt64, client: UInt64) -> LinkChange {
    if isConnected && client == self.client { return .none }
    return change(own: own, client: client)
  }

  @inline(never) private mutating func change(own: UInt64, client: UInt64) -> LinkChange {
    if isConnected {
      isConnected = false
      return .lost
    }
    if let words, words.client != LinkWords.word(client, own) { return .none }
    isConnected = true
    self.client = client
    return .found
  }

  /// Tells the client, at this epoch of its, that the queues are not used. True if it has to be notified.
  public func leave(own: UInt64, client: UInt64) -> Bool {
    let word = LinkWords.word(own, client)
    guard !isConnected, let words, words.server != word else { return false }
    words.server = word
    return true
  }
}

/// The end of a link that resets the queues.
public struct LinkClient: Sendable {
  private let words: LinkWords?
  /// Whether the queues may be used.
  public private(set) var isConnected: Bool
  private var server: UInt64

  /// An end at the given epochs: connected at boot, and without words.
  public init(_ words: LinkWords?, own: UInt64, server: UInt64) {
    self.words = words
    self.server = server
    isConnected = words == nil || own == 0 && server == 0
  }

  /// Compares the epochs. After `found`, reset the queues and call `join`.
  @inline(__always) public mutating func look(own: UInt64, server: UInt64) -> LinkChange {
    if isConnected && server == self.server { return .none }
    return change(own: own, server: server)
  }

  @inline(never) private mutating func change(own: UInt64, server: UInt64) -> LinkChange {
    guard let words else { return .none }
    if isConnected {
      isConnected = false
      return .lost
    }
    return words.server == LinkWords.word(server, own) ? .found : .none
  }

  /// Tells the server that the queues are reset. It has to be notified.
  public mutating func join(own: UInt64, server: UInt64) {
    words?.client = LinkWords.word(own, server)
    self.server = server
    isConnected = true
  }
}
