// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Rings

/// A client that may begin again without this domain: its end of a link, with the epochs of both.
public struct PeerClient: Sendable {
  private var link: LinkServer
  private let channel: Channel
  private let own: UInt64
  private let epoch: Epoch

  /// The client at the other end of a channel. A domain that is new uses nothing, and says so.
  public init(_ words: LinkWords?, _ channel: Channel) {
    let supervision = Supervision()
    link = LinkServer(supervision.isThere ? words : nil)
    self.channel = channel
    own = supervision.ownEpoch.current
    epoch = supervision.epoch(of: channel)
    leave()
  }

  /// Compares the epochs.
  @inline(__always) public mutating func look() -> LinkChange {
    link.look(own: own, client: epoch.current)
  }

  /// Whether the queues may be used.
  public var isConnected: Bool { link.isConnected }

  /// Tells the client that nothing of it is in use, unless it has been told or is connected.
  public func leave() {
    if link.leave(own: own, client: epoch.current) { channel.notify() }
  }
}

/// A server that may begin again without this domain: its end of a link, with the epochs of both.
public struct PeerServer: Sendable {
  private var link: LinkClient
  private let channel: Channel
  private let own: UInt64
  private let epoch: Epoch

  /// The server at the other end of a channel.
  public init(_ words: LinkWords?, _ channel: Channel) {
    let supervision = Supervision()
    self.channel = channel
    own = supervision.ownEpoch.current
    epoch = supervision.epoch(of: channel)
    link = LinkClient(supervision.isThere ? words : nil, own: own, server: epoch.current)
  }

  /// Whether the queues may be used.
  public var isConnected: Bool { link.isConnected }

  /// Compares the epochs. Calls `reset` to empty the queues when it is time to.
  @inline(__always) public mutating func look(_ reset: () -> Void) -> LinkChange {
    let server = epoch.current
    var change = link.look(own: own, server: server)
    if change == .none { return .none }
    if change == .lost { change = link.look(own: own, server: server) == .found ? .found : .lost }
    if change == .found {
      reset()
      link.join(own: own, server: server)
      channel.notify()
    }
    return change
  }
}
