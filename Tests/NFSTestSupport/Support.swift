// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import NFS
import ONCRPC
import XDR

public func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }
public func text(_ bytes: some Collection<UInt8>) -> String {
  String(decoding: bytes, as: UTF8.self)
}

/// Bytes from hexadecimal digits; blanks are left out.
public func hex(_ digits: String) -> [UInt8] {
  let values = digits.utf8.compactMap { ASCII.hexadecimal($0) }
  return stride(from: 0, to: values.count - 1, by: 2).map { values[$0] << 4 | values[$0 + 1] }
}

public func handle(_ name: String) -> FileHandle {
  guard let handle = FileHandle(bytes(name)) else { fatalError("a test handle of no length") }
  return handle
}

/// SplitMix64: the same numbers on every machine.
public struct Numbers: RandomNumberGenerator {
  public var state: UInt64
  public init(state: UInt64) { self.state = state }
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// Rounds of a fuzz test: SERVAL_FUZZ_ITERATIONS, or few.
public func fuzzIterations(_ standard: Int) -> Int {
  guard let value = getenv("SERVAL_FUZZ_ITERATIONS") else { return standard }
  return Int(String(cString: value)) ?? standard
}

public let second: UInt64 = 1_000_000_000
