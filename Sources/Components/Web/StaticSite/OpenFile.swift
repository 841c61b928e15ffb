// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A file that is open on the server. It is closed when the last reference goes.
final class OpenFile {
  /// The server's descriptor. It changes if the server begins again.
  var descriptor: UInt64 { files.opened.descriptor(of: number) }
  private let number: Int
  /// The path by which the file was opened; empty if the server tells attributes by descriptor.
  let path: [UInt8]
  private let files: FileAccess
  // Whether it counts among the files that stay open between requests.
  private var isKept = false

  init(_ files: FileAccess, _ descriptor: UInt64, path: [UInt8]) {
    self.files = files
    number = files.opened.add(descriptor, path: path)
    self.path = files.isServal ? [] : path
  }

  /// Counts it among the files that stay open between requests.
  func keep() {
    guard !isKept else { return }
    isKept = true
    files.keepFile()
  }

  deinit {
    if isKept { files.letGoFile() }
    files.close(openFile: number)
  }
}
