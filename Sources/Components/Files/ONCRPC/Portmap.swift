// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// The port mapper, version 2 (RFC 1833 section 3).
public enum Portmap {
  /// TCP port of the port mapper.
  public static var port: UInt16 { 111 }
  /// PMAPPROC_GETPORT.
  public static var getPort: Procedure { Procedure(program: 100_000, version: 2, number: 3) }

  /// Writes the arguments of GETPORT for a program's TCP port.
  public static func writeGetPort(program: UInt32, version: UInt32, to writer: inout XDRWriter) {
    writer.uint32(program)
    writer.uint32(version)
    // IPPROTO_TCP, and a port that GETPORT ignores.
    writer.uint32(6)
    writer.uint32(0)
  }

  /// Reads the results of GETPORT: the port, or nil if the program is not registered.
  public static func readPort(_ results: XDRReader) throws(XDRError) -> UInt16? {
    var reader = results
    let port = try reader.uint32()
    guard port <= 65_535 else { throw .badValue }
    return port == 0 ? nil : UInt16(port)
  }
}
