// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ONCRPC
import XDR

/// The MOUNT protocol, version 3 (RFC 1813, appendix I). Paths are relative to the export: "/" is the
/// export itself, and each directory below it can be mounted.
struct MountProgram: RPCProgram {
  let number = Mount.program
  let version = Mount.version
  let tree: ExportedTree

  mutating func call(
    _ procedure: UInt32, _ arguments: inout XDRReader
  ) throws(XDRError) -> XDRWriter? {
    var results = XDRWriter()
    switch procedure {
    case 1:
      let path = try arguments.opaqueBytes(limit: Mount.pathLimit)
      do {
        let handle = try tree.directory(path)
        results.uint32(0)
        results.opaque(handle.bytes)
        // AUTH_NONE and AUTH_SYS.
        for word: UInt32 in [2, 0, 1] { results.uint32(word) }
      } catch {
        results.uint32(error.rawValue)
      }
    case 2: results.bool(false)  // DUMP: the list of mounts stays empty.
    case 3, 4: break
    case 5:
      results.bool(true)
      results.opaque(Array("/".utf8))
      results.bool(false)
      results.bool(false)
    default: return nil
    }
    return results
  }
}
