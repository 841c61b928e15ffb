// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why a thread faulted, with the contents of the fault message (seL4 manual, 6.2 "Faults").
enum ThreadFault: Hashable {
  case memory(pc: UInt64, address: UInt64, isFetch: Bool, status: UInt64)
  case capability(pc: UInt64, slot: UInt64, inReceive: Bool)
  case unknownSystemCall(number: UInt64)
  case exception(number: UInt64, code: UInt64)
  case virtualProcessor(syndrome: UInt64)
  /// A breakpoint instruction, on kernels with the hardware debug interface.
  case debug(pc: UInt64, reason: UInt64)

  /// The fault message's label: seL4_Fault_tag, the same in all supported kernels.
  var label: UInt64 {
    switch self {
    case .capability: 1
    case .unknownSystemCall: 2
    case .exception: 3
    case .debug: 4
    case .memory: 6
    case .virtualProcessor: 8
    }
  }

  /// What the thread does, for the user: "reads 0x10".
  var summary: String {
    switch self {
    case .memory(_, let address, true, _): "fetches an instruction at \(hex(address))"
    case .memory(_, let address, false, let status):
      "\(status & 0x40 != 0 ? "writes" : "reads") \(hex(address))"
    case .capability(_, let slot, _): "uses capability \(slot), which it does not have"
    case .unknownSystemCall(let number):
      "makes system call \(Int64(bitPattern: number)), which the kernel does not have"
    case .exception: "executes an undefined instruction"
    case .virtualProcessor: "executes an instruction that is trapped"
    case .debug: "executes a breakpoint instruction"
    }
  }
}

/// Hexadecimal, without leading zeros.
func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

/// Hexadecimal with all 16 digits, as Microkit's monitor prints 64-bit numbers.
func hex64(_ value: UInt64) -> String { padded(value, 16) }

/// The lower 32 bits in hexadecimal with all 8 digits.
func hex32(_ value: UInt64) -> String { padded(value & 0xffff_ffff, 8) }

private func padded(_ value: UInt64, _ digits: Int) -> String {
  let text = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: max(0, digits - text.count)) + text
}
