// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import CMicrokit
import Microkit
import NetworkComponents
import NetworkStack

/// What a network program keeps for its next instance, should its supervisor restart it: its address, and who its peers were. With the
/// address it need not wait, and the peers learn at once that their connections are gone.
struct KeptNetwork: ~Copyable {
  private static var flowLimit: Int { 512 }

  /// The address that the former instance had; nil at boot, or if it had none.
  let formerAddress: IPv4Address?
  private let isKept = Supervision().isThere
  private var lastAddress: UInt32
  // The next of the former instance's connections to look at; the limit once all have been.
  private var next: Int

  init() {
    let word = UInt32(truncatingIfNeeded: cmicrokit_kept(0))
    let former = IPv4Address(word)
    let isThere = restarts > 0 && word != 0 && former.isHost
    formerAddress = isThere ? former : nil
    lastAddress = isThere ? word : 0
    next = isThere ? 0 : Self.flowLimit
  }

  /// Notes what has changed in this turn; at the beginning, first alarms the former instance's peers.
  @inline(__always)
  mutating func update(_ stack: inout NetworkStack, _ output: inout FrameTransmitter) {
    if isKept { keep(&stack, &output) }
  }

  @inline(never)
  private mutating func keep(_ stack: inout NetworkStack, _ output: inout FrameTransmitter) {
    if next < Self.flowLimit, !alarmPeers(&stack, &output) { return }
    while let (number, note) = stack.nextFlowNote() {
      guard number < Self.flowLimit else { continue }
      keep(note, number)
    }
    let address = stack.address?.address.value ?? 0
    if address != lastAddress, address != 0 {
      lastAddress = address
      cmicrokit_keep(0, UInt64(address))
    }
  }

  /// False if the rest has to wait, for the address or for empty buffers.
  @inline(never)
  private mutating func alarmPeers(
    _ stack: inout NetworkStack, _ output: inout FrameTransmitter
  ) -> Bool {
    guard let address = stack.address?.address else { return false }
    while next < Self.flowLimit {
      let place = UInt64(truncatingIfNeeded: 2 &+ 2 &* next)
      let note = FlowNote(ends: cmicrokit_kept(place), hardware: cmicrokit_kept(place &+ 1))
      // With another address than before, peers would not take us for the former instance.
      if address == formerAddress, !stack.alarm(formerPeer: note, into: &output) { return false }
      keep(FlowNote(ends: 0, hardware: 0), next)
      next &+= 1
    }
    return true
  }

  private func keep(_ note: FlowNote, _ number: Int) {
    let place = UInt64(truncatingIfNeeded: 2 &+ 2 &* number)
    cmicrokit_keep(place, note.ends)
    cmicrokit_keep(place &+ 1, note.hardware)
  }
}
