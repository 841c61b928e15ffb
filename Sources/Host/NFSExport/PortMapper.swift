// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ONCRPC
import XDR

/// The port mapper (RFC 1833, version 2). It answers GETPORT only: every program is on the same port.
struct PortMapper: RPCProgram {
  let number = Portmap.getPort.program
  let version = Portmap.getPort.version
  let port: UInt16

  mutating func call(
    _ procedure: UInt32, _ arguments: inout XDRReader
  ) throws(XDRError) -> XDRWriter? {
    // PMAPPROC_GETPORT: program, version, protocol (6 is TCP), port.
    guard procedure == Portmap.getPort.number else { return nil }
    let (program, version, transport) = (
      try arguments.uint32(), try arguments.uint32(), try arguments.uint32()
    )
    let isKnown = [100_003, Mount.program].contains(program) && version == 3 && transport == 6
    var results = XDRWriter()
    results.uint32(isKnown ? UInt32(port) : 0)
    return results
  }
}
