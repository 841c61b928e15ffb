// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Instructions and blocks of the heap that the web server's and the NFS client's modules take on
// AArch64, without a kernel and without a network: QEMU counts instructions (-icount), and the virtual
// counter tells them. Start.S calls `main`.

func caseBegins(_ name: StaticString) {
  #if PROFILE
    // profile.py reads the name of what it counts from here.
    say("\n@")
    say(name)
    say("\n")
  #endif
}

@_cdecl("bench_main")
public func benchMain() {
  benchAllWeb()
  benchAllNFS()
}
