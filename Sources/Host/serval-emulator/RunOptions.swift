// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Emulator
import SystemModel

/// The options of a run, parsed.
struct RunOptions {
  var file: String
  var sdk: SDKVersion
  var kernel: KernelConfiguration
  /// Nil to find the board by the system's devices.
  var board: EmulatedBoard?
  var searchPaths: [String]
  /// Nanoseconds of virtual time; nil to run until there is nothing left to do.
  var duration: UInt64?
  /// The file that is typed; nil for standard input.
  var inputFile: String?
  var traceFile: String?
  var profileFile: String?
  var printsStatistics: Bool
  var network: NetworkChoice?
  var packetFile: String?
  var packetImpairment: PacketImpairment?
  var linkChanges: [LinkChange]
  var faults: [InjectedFault]
  /// Whether devices bypass the processor's cache.
  var isIncoherent: Bool
  /// Selects the bits of the machine's generator of random numbers.
  var seed: UInt64
  /// Whether virtual time follows the wall clock in any case.
  var isRealTime: Bool

  /// Whether the network runs in real time.
  var hasRealNetwork: Bool { network?.isInRealTime ?? false }
}
