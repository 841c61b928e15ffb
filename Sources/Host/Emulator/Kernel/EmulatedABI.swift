// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// The differences between the SDKs' kernels that programs can observe.
struct EmulatedABI {
  let sdk: SDKVersion
  let configuration: KernelConfiguration
  private let known: KernelABI

  init(_ sdk: SDKVersion, _ configuration: KernelConfiguration) {
    self.sdk = sdk
    self.configuration = configuration
    known = KernelABI(sdk, configuration)
  }

  /// Whether programs, and the monitor, can print (CONFIG_PRINTING).
  var prints: Bool { known.canPrint }
  /// Whether a BRK instruction is a debug exception (CONFIG_HARDWARE_DEBUG_API).
  var hasDebugInterface: Bool { sdk >= .v2_3_0 && configuration.isDebug }

  enum Invocation: Hashable {
    case writeRegisters
    case readRegisters
    case suspend
    case resume
    case setTLSBase
    case acknowledgeInterrupt
  }

  /// The invocation with a label; nil for others. Labels depend on the kernel's version and, in 2.3.0,
  /// on its configuration (invocation.h of each SDK).
  func invocation(_ label: UInt64) -> Invocation? {
    let shift: UInt64 = hasDebugInterface ? 4 : 0
    switch label {
    case 2: return .readRegisters
    case 3: return .writeRegisters
    case 12: return .suspend
    case 13: return .resume
    case 16 + shift: return .setTLSBase
    case UInt64(known.irqAckLabel): return .acknowledgeInterrupt
    default: return nil
    }
  }

  /// Whether the monitor calls the failed look-up of an empty slot an invalid root, as before 2.1, or a
  /// missing capability.
  var missingCapabilityIsInvalidRoot: Bool { sdk < .v2_1_0 }
}

/// System calls by their number in x7 (syscall.h; the same in all supported kernels).
enum SystemCall: Int64 {
  case call = -1
  case replyReceive = -2
  case nonBlockingSendReceive = -3
  case nonBlockingSendWait = -4
  case send = -5
  case nonBlockingSend = -6
  case receive = -7
  case nonBlockingReceive = -8
  case wait = -9
  case nonBlockingWait = -10
  case yield = -11
  case debugPutCharacter = -12
  case debugDumpScheduler = -13
  case debugHalt = -14
  case debugCapabilityIdentify = -15
  case debugSnapshot = -16
  case debugNameThread = -17

  var isDebug: Bool { rawValue <= SystemCall.debugPutCharacter.rawValue }
}
