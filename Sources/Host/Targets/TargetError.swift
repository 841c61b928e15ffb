// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel

/// Why a target is not known, or an unpacked SDK does not tell it.
public enum TargetError: Error, Hashable {
  /// No SDK that Serval knows has a board of this name.
  case unknownBoard(String, known: [String])
  /// The board came with a later SDK.
  case boardSince(SDKVersion, board: String, sdk: SDKVersion)
  /// The SDK has no such kernel configuration for the board, or for any.
  case unknownConfiguration(String, board: String?, sdk: SDKVersion, known: [String])
  /// None of the SDK's targets has everything that was asked for.
  case noTarget(SDKVersion)

  /// There is no SDK in this directory.
  case notAnSDK(path: String)
  /// The directory has no such board, or no such configuration.
  case notInSDK(path: String, name: String, known: [String])
  /// None of the files that must exist does; the first is the one of current SDKs.
  case noFile(paths: [String])
  /// A file cannot be read.
  case unreadable(FileError)
  /// A file is not JSON, or not with these members; `detail` says where.
  case badJSON(path: String, detail: String)
  /// A member of the kernel's configuration has a value that no Microkit kernel has.
  case badValue(path: String, member: String, value: String)
  /// A range of platform_gen.json is empty or reversed.
  case badRange(path: String, start: UInt64, end: UInt64)
  /// The kernel's image is not a 64-bit ELF file with program headers.
  case badImage(path: String)
}
