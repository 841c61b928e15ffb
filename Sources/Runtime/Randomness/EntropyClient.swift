// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyProtocol
import Microkit
import Records

/// A client's access to the `entropy` service of its system.
public struct EntropyClient: Sendable {
  /// Words of a seed: 256 bits.
  public typealias Seed = InlineArray<4, UInt64>

  private let channel: Channel

  /// The service in this program's record; nil if the system has none.
  public init?() {
    let id = EntropyClientConfig.linked()[EntropyClientConfig.serverID]
    if id == EntropyClientConfig.none { return nil }
    channel = Channel(id)
  }

  /// 256 random bits, which no other client gets.
  public func seed() throws(EntropyRefusal) -> Seed {
    let reply = channel.callAgain { Message(label: EntropyCall.seed) }
    if reply.label == EntropyCall.granted, reply.count == EntropyCall.wordCount {
      return [reply.word0, reply.word1, reply.word2, reply.word3]
    }
    throw reply.label == EntropyCall.refused
      ? EntropyRefusal(rawValue: reply.word0) ?? .noDevice : .noDevice
  }
}
