// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HostIO

/// A file to embed.
struct SourceFile: Equatable {
  /// The path from the folder, beginning with a slash.
  var path: String
  var bytes: [UInt8]
}

/// What tells whether a file has changed.
struct FileState {
  /// Size, times and inode.
  let text: String

  /// Nil if there is no such file.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    text =
      "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) "
      + "\(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec) \(status.st_ino)"
  }
}

/// The files of a folder and its subfolders.
///
/// Names that begin with a dot are left out, except `.well-known` at the top (RFC 8615). Links are
/// followed.
struct SourceTree {
  private var entries: [(path: String, state: FileState)] = []
  private var problems: [EmbeddingProblem] = []
  private let folder: String

  /// Finds the files of a folder.
  init(_ folder: String) throws(EmbeddingError) {
    self.folder = folder
    guard Files.isDirectory(folder) else { throw EmbeddingError([.noFolder(folder)]) }
    find("", above: [])
    guard problems.isEmpty else { throw EmbeddingError(problems) }
    entries.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Changes with each change of a file.
  var state: String { entries.map { "\($0.path) \($0.state.text)\n" }.joined() }

  /// Reads the files, in the order of their paths' bytes.
  func read() throws(FileError) -> [SourceFile] {
    var files: [SourceFile] = []
    for (path, _) in entries {
      files.append(SourceFile(path: path, bytes: try Files.read(folder + path)))
    }
    return files
  }

  /// - Parameter above: device and inode of the folders that led here, in which a link may end.
  private mutating func find(_ path: String, above: [[UInt64]]) {
    let place = folder + path
    guard let directory = opendir(place) else {
      problems.append(.unreadable(place, errno))
      return
    }
    defer { closedir(directory) }
    var status = stat()
    guard fstat(dirfd(directory), &status) == 0 else {
      problems.append(.unreadable(place, errno))
      return
    }
    let here = [UInt64(status.st_dev), UInt64(status.st_ino)]
    guard !above.contains(here) else {
      problems.append(.endlessLink(place))
      return
    }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { [UInt8]($0.prefix { $0 != 0 }) }
      if name.first == UInt8(ascii: "."), !(path.isEmpty && name == Array(".well-known".utf8)) {
        continue
      }
      findEntry(name, in: path, above: above + [here])
    }
  }

  private mutating func findEntry(_ name: [UInt8], in path: String, above: [[UInt64]]) {
    guard let text = String(validating: name, as: UTF8.self) else {
      problems.append(.notUTF8(folder + path + "/" + String(decoding: name, as: UTF8.self)))
      return
    }
    let path = "\(path)/\(text)"
    let place = folder + path
    // A request cannot name it (`RequestPath`).
    guard !name.contains(UInt8(ascii: "\\")) else {
      problems.append(.backslash(place))
      return
    }
    var status = stat()
    guard stat(place, &status) == 0 else {
      problems.append(.unreadable(place, errno))
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: find(path, above: above)
    case S_IFREG: entries.append((path, FileState(status)))
    default: problems.append(.noFile(place))
    }
  }
}
