// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage
import HostIO
import NFSExport
import SystemModel

/// Why a system cannot be run.
public enum EmulatorError: Error, Hashable {
  /// No file of that name is in any of the directories.
  case noImage(file: String, domain: String, searchPaths: [String])
  /// An image or a region's contents cannot be read.
  case unreadable(FileError, domain: String)
  /// An image is not an ELF file for a protection domain.
  case wrongImage(ELFError, domain: String)
  /// A symbol that the Microkit tool sets is missing or too small.
  case symbol(String, file: String, domain: String)
  /// Two mappings, each named for the user, overlap at the address.
  case overlap(String, with: String, address: UInt64, domain: String)
  /// A mapping does not start on a 4 KiB page.
  case unaligned(String, address: UInt64, domain: String)
  /// A mapped memory region is not declared.
  case noRegion(String, domain: String)
  /// A memory region has neither a size nor contents.
  case noSize(region: String)
  /// The host cannot provide that many bytes.
  case tooLarge(String, size: UInt64)
  /// The system uses a feature that is not emulated.
  case unsupported(String, domain: String)
  /// A fault is to be injected into a domain that does not exist.
  case noDomain(String, existing: [String])
  /// A forwarded port of the host is in use.
  case portTaken(UInt16)
  /// The tap device cannot be opened.
  case tap(String, errno: Int32)
  /// The peer's socket, at that path, cannot be connected to.
  case peer(String, errno: Int32)
  /// The exported directory cannot be served.
  case export(DirectoryExport.Failure)
  /// Unicorn's error number.
  case engine(UInt32)
}
