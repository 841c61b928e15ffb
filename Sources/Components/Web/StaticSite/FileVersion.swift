// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import HTTP

/// One version of one file, as far as the server's attributes tell.
struct FileVersion: Equatable {
  private let device: UInt64
  private let fileNumber: UInt64
  private let size: UInt64
  private let modified: UInt64
  private let modifiedNanoseconds: UInt64
  private let changed: UInt64
  private let changedNanoseconds: UInt64
  private let linkCount: UInt64

  init(_ stat: FileStat) {
    device = stat.device
    fileNumber = stat.fileNumber
    size = stat.size
    modified = stat.modified
    modifiedNanoseconds = stat.modifiedNanoseconds
    changed = stat.changed
    changedNanoseconds = stat.changedNanoseconds
    linkCount = stat.linkCount
  }

  /// Whether an open file still has the same content at `later`.
  ///
  /// Programs can set the modification time, so the change time (`ctime`) has to be equal as well,
  /// except where the link count differs: then the file was removed or replaced, which changes the
  /// time but not the content.
  func hasSameContent(as later: FileVersion) -> Bool {
    let isUnchanged =
      changed == later.changed && changedNanoseconds == later.changedNanoseconds
      || linkCount != later.linkCount
    return device == later.device && fileNumber == later.fileNumber && size == later.size
      && modified == later.modified && modifiedNanoseconds == later.modifiedNanoseconds
      && isUnchanged
  }

  /// Tells versions of equal size and modification time apart, which files from archives may have.
  fileprivate var revision: UInt64 {
    Self.mix(Self.mix(Self.mix(0xcbf2_9ce4_8422_2325, fileNumber), changed), changedNanoseconds)
  }

  private static func mix(_ value: UInt64, _ word: UInt64) -> UInt64 {
    let mixed = (value ^ word) &* 0x9e37_79b9_7f4a_7c15
    return mixed ^ mixed >> 32
  }
}

extension SiteFile {
  /// The version that the server's attributes describe.
  init(path: [UInt8], _ stat: FileStat) {
    self.init(
      path: path, size: stat.size, modified: stat.modified,
      modifiedNanoseconds: stat.modifiedNanoseconds, revision: FileVersion(stat).revision)
  }
}
