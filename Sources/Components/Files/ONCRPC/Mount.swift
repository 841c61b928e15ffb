// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// The MOUNT protocol, version 3 (RFC 1813 section 5).
public enum Mount {
  /// RPC program number.
  public static var program: UInt32 { 100_005 }
  /// RPC version number.
  public static var version: UInt32 { 3 }
  /// MOUNTPROC3_MNT.
  public static var mount: Procedure {
    Procedure(program: program, version: version, number: 1)
  }
  /// MOUNTPROC3_UMNT.
  public static var unmount: Procedure {
    Procedure(program: program, version: version, number: 3)
  }
  /// Maximum length of a path in bytes (MNTPATHLEN).
  public static var pathLimit: Int { 1024 }

  /// Result of MNT (`mountres3`).
  public enum Answer: Equatable, Sendable {
    /// Handle of the export's root, 1 to 64 bytes, and whether the export accepts AUTH_SYS.
    case mounted(handle: [UInt8], takesSystemCredentials: Bool)
    /// The server refused with this `mountstat3`.
    case refused(UInt32)
  }

  /// Writes the arguments of MNT and UMNT. The path is cut to `pathLimit` bytes.
  public static func writePath(_ path: [UInt8], to writer: inout XDRWriter) {
    writer.opaque(Array(path.prefix(pathLimit)))
  }

  /// Reads the results of MNT.
  public static func readMount(_ results: XDRReader) throws(XDRError) -> Answer {
    var reader = results
    let status = try reader.uint32()
    guard status == 0 else { return .refused(status) }
    let handle = try reader.opaqueBytes(limit: 64)
    guard !handle.isEmpty else { throw .badValue }
    let count = try reader.uint32()
    guard count <= 64 else { throw .tooLong }
    // Some servers send an empty list when they accept any flavour.
    var takesSystemCredentials = count == 0
    for _ in 0..<count where try reader.uint32() == 1 { takesSystemCredentials = true }
    return .mounted(handle: handle, takesSystemCredentials: takesSystemCredentials)
  }
}
