// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// The MOUNT protocol, version 3 (RFC 1813 section 5).
public enum Mount {
  public static var program: UInt32 { 100_005 }
  public static var version: UInt32 { 3 }
  public static var mount: Procedure {
    Procedure(program: program, version: version, number: 1)
  }
  public static var unmount: Procedure {
    Procedure(program: program, version: version, number: 3)
  }
  /// Bytes of a path at most.
  public static var pathLimit: Int { 1024 }

  public enum Answer: Equatable, Sendable {
    /// The root's handle, of 1 to 64 bytes. Whether AUTH_SYS is among the flavours it takes.
    case mounted(handle: [UInt8], takesSystemCredentials: Bool)
    /// `mountstat3`.
    case refused(UInt32)
  }

  public static func writePath(_ path: [UInt8], to writer: inout XDRWriter) {
    writer.opaque(Array(path.prefix(pathLimit)))
  }

  public static func readMount(_ results: XDRReader) throws(XDRError) -> Answer {
    var reader = results
    let status = try reader.uint32()
    guard status == 0 else { return .refused(status) }
    let handle = try reader.opaqueBytes(limit: 64)
    guard !handle.isEmpty else { throw .badValue }
    let count = try reader.uint32()
    guard count <= 64 else { throw .tooLong }
    // No flavours at all is what some servers say when they take any.
    var takesSystemCredentials = count == 0
    for _ in 0..<count where try reader.uint32() == 1 { takesSystemCredentials = true }
    return .mounted(handle: handle, takesSystemCredentials: takesSystemCredentials)
  }
}
