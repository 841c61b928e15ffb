// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage

/// A protection domain's program in its memory, as it is before its first instruction.
struct LoadedProgram {
  var image: ELFImage
  var addressSpace: AddressSpace
  var stackTop: UInt64
  var stackBottom: UInt64
  var ipcBuffer: UnsafeMutableRawPointer
}
