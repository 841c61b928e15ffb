// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

// Instructions and blocks of the heap that the web server's and the NFS client's modules take on
// AArch64, without a kernel and without a network: QEMU counts instructions (-icount), and the virtual
// counter tells them. Start.S calls `main`.

/// Whether a case is to be run: all, or those that are to be profiled (`chosen` is run.sh's).
func isChosen(_ name: StaticString) -> Bool {
  let (name, part) = ([UInt8](name), [UInt8](chosen))
  guard part.count <= name.count else { return false }
  for start in 0...name.count - part.count
  where Array(name[start..<start + part.count]) == part { return true }
  return false
}

@_cdecl("bench_main")
public func benchMain() {
  benchAllWeb()
  benchAllNFS()
}
