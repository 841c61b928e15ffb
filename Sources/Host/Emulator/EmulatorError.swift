// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage
import HostIO
import NFSExport
import SystemModel

/// Why a system cannot be run.
public enum EmulatorError: Error, Hashable {
  case noImage(file: String, domain: String, searchPaths: [String])
  case unreadable(FileError, domain: String)
  case wrongImage(ELFError, domain: String)
  /// Not in the image, or not with that many bytes.
  case symbol(String, file: String, domain: String)
  case overlap(String, with: String, address: UInt64, domain: String)
  case unaligned(String, address: UInt64, domain: String)
  case noRegion(String, domain: String)
  case noSize(region: String)
  case tooLarge(String, size: UInt64)
  case unsupported(String, domain: String)
  case noDomain(String, existing: [String])
  case portTaken(UInt16)
  case tap(String, errno: Int32)
  case peer(String, errno: Int32)
  case export(DirectoryExport.Failure)
  /// Unicorn's error number.
  case engine(UInt32)
}
