// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

// Counts the instructions and heap blocks of the web server's and the NFS client's modules on AArch64,
// without a kernel and a network. QEMU counts instructions (-icount), and the virtual counter shows
// them. Start.S calls `bench_main`.

/// Whether a case is run: all of them, or those to be profiled (run.sh defines `chosen`).
func isChosen(_ name: StaticString) -> Bool {
  let (name, part) = ([UInt8](name), [UInt8](chosen))
  guard part.count <= name.count else { return false }
  for start in 0...name.count - part.count
  where Array(name[start..<start + part.count]) == part { return true }
  return false
}

/// Runs the chosen cases; called by Start.S.
@_cdecl("bench_main")
public func benchMain() {
  benchAllWeb()
  benchAllNFS()
}
