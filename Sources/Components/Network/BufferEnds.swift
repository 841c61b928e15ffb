// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The end of a connection that sends full buffers and gets empty ones back.
struct BufferSender: ~Copyable {
  /// Queue of full buffers.
  var active: RingProducer<NetQueue>
  /// Queue of empty buffers.
  var free: RingConsumer<NetQueue>

  init(_ rings: NetRings) {
    active = RingProducer(rings.active)
    free = RingConsumer(rings.free)
  }

  /// How many returned buffers make collecting them worthwhile while no peer waits for them.
  var returnBatch: Int { mutating get { max(free.capacity / 32, 1) } }
}

/// The end of a connection that gets full buffers and sends empty ones back.
struct BufferReceiver: ~Copyable {
  /// Queue of full buffers.
  var active: RingConsumer<NetQueue>
  /// Queue of empty buffers.
  var free: RingProducer<NetQueue>

  init(_ rings: NetRings) {
    active = RingConsumer(rings.active)
    free = RingProducer(rings.free)
  }
}

#if !hasFeature(Embedded)
  extension BufferSender {
    /// What is wrong with either queue's private indices; nil if nothing is. For tests.
    func checkInvariants() -> String? { active.checkInvariants() ?? free.checkInvariants() }
  }

  extension BufferReceiver {
    /// What is wrong with either queue's private indices; nil if nothing is. For tests.
    func checkInvariants() -> String? { active.checkInvariants() ?? free.checkInvariants() }
  }
#endif
