// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Colours that tell clients' text apart on a console: sDDF's six, used in turn (ECMA-48, 8.3.117).
public enum SerialColour {
  /// Bytes of `start` and `end` together.
  static var byteCount: Int { 9 }

  /// Byte `index` of the 5 that start the colour of `client`: ESC [ 3 n m, with n from 1 (red) to 6.
  public static func start(of client: Int, _ index: Int) -> UInt8 {
    switch index {
    case 0: 0x1b
    case 1: 0x5b
    case 2: 0x33
    case 3: 0x31 &+ UInt8(truncatingIfNeeded: UInt(bitPattern: client) % 6)
    default: 0x6d
    }
  }

  /// Byte `index` of the 4 that end every colour: ESC [ 0 m.
  public static func end(_ index: Int) -> UInt8 {
    switch index {
    case 0: 0x1b
    case 1: 0x5b
    case 2: 0x30
    default: 0x6d
    }
  }
}
