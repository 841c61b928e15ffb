// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import NFS

extension FileStatus {
  /// The status that comes closest to an error of the NFS client.
  public init(_ error: FileError) {
    switch error {
    case .server(let status): self = FileStatus(status)
    case .tooManyLinks, .invalidPath, .wrongType: self = .invalidPath
    case .directoryTooLarge: self = .allocationError
    case .timedOut, .refused, .protocolViolation: self = .error
    }
  }

  /// The status that comes closest to an NFS status.
  public init(_ status: NFSStatus) {
    switch status {
    case .ok: self = .success
    case .noEntry: self = .noFile
    case .notDirectory: self = .notDirectory
    case .exists: self = .alreadyExists
    case .notEmpty: self = .notEmpty
    case .nameTooLong: self = .invalidName
    case .isDirectory: self = .invalidPath
    case .notOwner, .accessDenied, .readOnly: self = .denied
    case .noSpace, .quota, .fileTooBig: self = .allocationError
    case .stale, .badHandle: self = .invalidDescriptor
    default: self = .error
    }
  }
}

extension FileStat {
  /// The attributes in the layout of the file protocol.
  public init(_ attributes: FileAttributes) {
    self.init()
    let type: UInt64 =
      switch attributes.type {
      case .regular: 0o100000
      case .directory: 0o040000
      case .blockDevice: 0o060000
      case .characterDevice: 0o020000
      case .symbolicLink: 0o120000
      case .socket: 0o140000
      case .pipe: 0o010000
      }
    device = attributes.fileSystem
    fileNumber = attributes.fileNumber
    mode = type | UInt64(attributes.mode)
    linkCount = UInt64(attributes.linkCount)
    user = UInt64(attributes.user)
    group = UInt64(attributes.group)
    // As Linux composes them if both numbers are below 256.
    specialDevice = UInt64(attributes.deviceMajor) << 8 | UInt64(attributes.deviceMinor)
    size = attributes.size
    blockSize = 4096
    blocks = attributes.used / 512 + (attributes.used % 512 == 0 ? 0 : 1)
    accessed = UInt64(attributes.accessed.seconds)
    modified = UInt64(attributes.modified.seconds)
    changed = UInt64(attributes.changed.seconds)
    accessedNanoseconds = UInt64(attributes.accessed.nanoseconds)
    modifiedNanoseconds = UInt64(attributes.modified.nanoseconds)
    changedNanoseconds = UInt64(attributes.changed.nanoseconds)
    used = attributes.used
  }
}
