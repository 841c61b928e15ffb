// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit
import IndexSets
import Records

/// What this domain knows of its supervisor, which restarts it and its peers: nothing in a system without one.
public struct Supervision {
  // Address of the words that `EpochTable` describes; 0 without a supervisor.
  private let epochs: UInt64
  private let number: UInt8
  private let config: LinkedRecord<SupervisedConfig>
  let channel: Channel

  /// The supervisor of the record.
  public init() {
    config = SupervisedConfig.linked()
    let memory = config[SupervisedConfig.epochs]
    epochs = memory.size >= UInt64(EpochTable.byteCount) ? memory.address : 0
    number = config[SupervisedConfig.number]
    channel = Channel(epochs == 0 ? 255 : config[SupervisedConfig.supervisorID])
  }

  /// Whether there is a supervisor.
  public var isThere: Bool { epochs != 0 }

  /// This domain's own epoch.
  public var ownEpoch: Epoch { Epoch(word(EpochTable.epoch(of: Int(number)))) }

  /// The epoch of the peer at the other end of a channel; never changes for a peer that no supervisor restarts.
  public func epoch(of peer: Channel) -> Epoch {
    let number = config.byte(Int(peer.id), of: SupervisedConfig.peers)
    if number == SupervisedConfig.none || !peer.isValid { return Epoch(0) }
    return Epoch(word(EpochTable.epoch(of: Int(number))))
  }

  /// Changes with each restart of any domain.
  public var anyEpoch: Epoch { Epoch(word(EpochTable.generation)) }

  private func word(_ index: Int) -> UInt64 {
    isThere ? epochs &+ 8 &* UInt64(truncatingIfNeeded: index) : 0
  }
}

/// How often a domain has begun, as its supervisor counts: 0 at boot and without a supervisor.
public struct Epoch: Sendable {
  // The word's address; 0 for a number that stays 0.
  private let address: UInt64

  fileprivate init(_ address: UInt64) { self.address = address }

  /// The current number. The supervisor changes it before the domain runs again.
  @inline(__always) public var current: UInt64 {
    address == 0 ? 0 : cmicrokit_load_acquire(address)
  }
}

/// Tells once, after any domain has begun again, that epochs may have changed: one load and one comparison for each question.
public struct RestartWatch: Sendable {
  private let generation: Epoch
  private var seen: UInt64
  private var isPending = true

  /// A watch that tells at once.
  public init() {
    generation = Supervision().anyEpoch
    seen = generation.current
  }

  /// Whether to compare epochs.
  public var mayHaveChanged: Bool {
    @inline(__always) mutating get {
      let now = generation.current
      return now != seen || isPending
    }
  }

  /// Epochs are compared now. They have to be compared again at the next question, too, if `isUnsettled`.
  public mutating func didCompare(isUnsettled: Bool) {
    isPending = isUnsettled
  }

  /// Call it before the epochs are compared.
  public mutating func willCompare() { seen = generation.current }
}

extension Message {
  /// The reply to a call during which the callee died: it may or may not have been carried out. No protocol uses this label.
  public static var interrupted: Message { Message(label: (1 << 52) - 2) }
}

extension Channel {
  /// Calls the peer, and again if it died meanwhile. Returns `interrupted` if it died each of eight times.
  ///
  /// - Parameter message: makes the message, of which a call leaves only the first four words.
  public func callAgain(_ message: () -> Message) -> Message {
    var reply = call(message())
    var rest = 7
    while reply.label == Message.interrupted.label, rest > 0 {
      reply = call(message())
      rest &-= 1
    }
    return reply
  }
}

/// Memory in which a supervisor counts how often its children have begun.
public struct EpochWriter: Sendable {
  private let start: UInt64

  /// The table at `memory`; nil if it is too small.
  public init?(_ memory: MappedRange) {
    guard memory.address != 0, memory.size >= UInt64(EpochTable.byteCount) else { return nil }
    start = memory.address
  }

  /// Counts a new beginning of the child, which must not run.
  public func begin(_ child: Int) {
    add(1, to: EpochTable.epoch(of: child))
    add(1, to: EpochTable.generation)
  }

  /// Notes that the child is given up.
  public func giveUp(_ child: Int) { add(1, to: EpochTable.isGivenUp(child)) }

  private func add(_ count: UInt64, to index: Int) {
    let address = start &+ 8 &* UInt64(truncatingIfNeeded: index)
    cmicrokit_store_release(address, cmicrokit_load_acquire(address) &+ count)
  }
}
