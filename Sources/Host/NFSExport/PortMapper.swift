// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The port mapper (RFC 1833, version 2), as far as clients ask it: everything is at one port.
struct PortMapper: RPCProgram {
  let number: UInt32 = 100_000
  let version: UInt32 = 2
  let port: UInt16

  mutating func call(
    _ procedure: UInt32, _ arguments: inout XDRReader
  ) throws(XDRReader.Malformed) -> XDRWriter? {
    // PMAPPROC_GETPORT: program, version, protocol (6 is TCP), port.
    guard procedure == 3 else { return nil }
    let (program, version, transport) = (
      try arguments.uint32(), try arguments.uint32(), try arguments.uint32()
    )
    let isKnown = [100_003, 100_005].contains(program) && version == 3 && transport == 6
    var results = XDRWriter()
    results.uint32(isKnown ? UInt32(port) : 0)
    return results
  }
}
