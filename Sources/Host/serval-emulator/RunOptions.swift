// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Emulator
import SystemModel

/// What a run was asked to be.
struct RunOptions {
  var file: String
  var sdk: SDKVersion
  var kernel: KernelConfiguration
  /// Nil finds the board by the system's devices.
  var board: EmulatedBoard?
  var searchPaths: [String]
  /// Nanoseconds of virtual time; nil runs until nothing is left to do.
  var duration: UInt64?
  /// What is typed; nil is standard input.
  var inputFile: String?
  var traceFile: String?
  var printsStatistics: Bool
  var network: NetworkChoice?
  var packetFile: String?
  var packetFaults: PacketFaults?
  var linkChanges: [LinkChange]
  var faults: [InjectedFault]
  /// Devices do not see the processor's cache.
  var isIncoherent: Bool
  /// Ties virtual time to the wall clock.
  var isRealTime: Bool

  /// Whether there is a network that does not wait for virtual time.
  var hasRealNetwork: Bool { network?.isInRealTime ?? false }
}
