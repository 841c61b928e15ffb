// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CStatx
import Glibc
import XDR

/// Identifies a file of the export to clients (`nfs_fh3`). Numbers are assigned in the order in which files are
/// first looked up; the root is 0.
struct ExportHandle: Hashable {
  var number: UInt64

  /// 16 bytes: "Serval", two zero bytes, the big-endian number.
  var bytes: [UInt8] {
    var writer = XDRWriter()
    writer.fixedOpaque((Array("Serval".utf8) + [0, 0]).span)
    writer.uint64(number)
    return writer.bytes
  }

  init(number: UInt64) { self.number = number }

  init(_ bytes: [UInt8]) throws(ExportStatus) {
    guard bytes.count == 16, bytes.starts(with: Array("Serval".utf8) + [0, 0]) else {
      throw .badHandle
    }
    number = bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// Identifies a file independently of its name. A file system reuses inode numbers, but not with the same generation.
/// Where the generation is unknown, type and birth time have to do, though birth times advance in steps of a few
/// milliseconds.
struct FileIdentity: Hashable {
  private let device: UInt64
  private let inode: UInt64
  private let generation: UInt64
  private let type: UInt16
  private let birth: Int64
  private let birthNanoseconds: UInt32

  /// - Parameter descriptor: an open file; `O_PATH` is enough.
  init(_ descriptor: Int32) throws(ExportStatus) {
    var status = statx()
    guard statx_of_descriptor(descriptor, &status) == 0 else { throw ExportStatus(errno: errno) }
    device = UInt64(status.stx_dev_major) << 32 | UInt64(status.stx_dev_minor)
    inode = status.stx_ino
    generation = handle_of_descriptor(descriptor)
    type = status.stx_mode & 0o170000
    // Zero if the file system does not record it.
    birth = status.stx_btime.tv_sec
    birthNanoseconds = status.stx_btime.tv_nsec
  }
}

/// A directory tree whose files are addressed by handles. A handle stands for a file, not for a name: it becomes stale
/// when the file is removed or another file takes its place. Nothing outside of the tree is reachable, because names
/// are single components and symbolic links are never followed, whether in the middle of a path or at its end.
final class ExportedTree {
  private struct Entry {
    let identity: FileIdentity
    /// Components of the path from the root under which it was last seen.
    var path: [[UInt8]]
  }

  private let root: Int32
  private var entries: [UInt64: Entry] = [:]
  private var numbers: [FileIdentity: UInt64] = [:]
  private var places: [[[UInt8]]: UInt64] = [:]
  private var nextNumber: UInt64 = 1

  /// - Throws: `OpenFailure` if the directory cannot be opened.
  init(_ directory: String) throws(OpenFailure) {
    root = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if root < 0 { throw OpenFailure(errno: errno) }
  }

  struct OpenFailure: Error { var errno: Int32 }

  deinit { close(root) }

  /// The handle of the directory at a path, for MOUNT.
  func directory(_ path: [UInt8]) throws(ExportStatus) -> ExportHandle {
    var handle = ExportHandle(number: 0)
    for component in path.split(separator: UInt8(ascii: "/")) {
      handle = try lookup(Array(component), in: handle)
    }
    guard try attributes(of: handle).st_mode & S_IFMT == S_IFDIR else { throw .notDirectory }
    return handle
  }

  /// The handle of the file with this name; "." and ".." work as usual.
  func lookup(_ name: [UInt8], in directory: ExportHandle) throws(ExportStatus) -> ExportHandle {
    guard !name.isEmpty, !name.contains(0), !name.contains(UInt8(ascii: "/")) else {
      throw .invalid
    }
    guard name.count <= 255 else { throw .nameTooLong }
    var path = try components(of: directory)
    let parent = try open(directory, pathOnly | O_DIRECTORY)
    defer { close(parent) }
    if name == Array(".".utf8) { return directory }
    if name == Array("..".utf8) {
      // The root is its own parent.
      guard path.count > 1 else { return ExportHandle(number: 0) }
      path.removeLast()
      let above = try open(path, pathOnly)
      defer { close(above) }
      return handle(of: try FileIdentity(above), at: path)
    }
    let file = openat(parent, cString(name), pathOnly | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { throw ExportStatus(errno: errno) }
    defer { close(file) }
    return handle(of: try FileIdentity(file), at: path + [name])
  }

  func attributes(of handle: ExportHandle) throws(ExportStatus) -> stat {
    let file = try open(handle, pathOnly)
    defer { close(file) }
    return try status(of: file)
  }

  /// The target of a symbolic link.
  func target(of handle: ExportHandle) throws(ExportStatus) -> [UInt8] {
    let link = try open(handle, pathOnly)
    defer { close(link) }
    guard try status(of: link).st_mode & S_IFMT == S_IFLNK else { throw .invalid }
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlinkat(link, "", &buffer, buffer.count)
    if count < 0 { throw ExportStatus(errno: errno) }
    return buffer[..<count].map { UInt8(bitPattern: $0) }
  }

  struct Piece {
    var bytes: [UInt8]
    var isEnd: Bool
    /// The file's attributes, sampled after the read.
    var status: stat
  }

  /// Reads up to `count` bytes of a regular file from `offset`.
  func read(_ handle: ExportHandle, at offset: UInt64, count: Int) throws(ExportStatus) -> Piece {
    let file = try open(handle, O_RDONLY | O_NONBLOCK)
    defer { close(file) }
    let before = try status(of: file)
    if before.st_mode & S_IFMT == S_IFDIR { throw .isDirectory }
    guard before.st_mode & S_IFMT == S_IFREG else { throw .invalid }
    guard let start = off_t(exactly: offset) else {
      return Piece(bytes: [], isEnd: true, status: before)
    }
    var buffer = [UInt8](repeating: 0, count: count)
    let length = buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, start) }
    if length < 0 { throw ExportStatus(errno: errno) }
    let after = try status(of: file)
    return Piece(
      bytes: Array(buffer[..<length]), isEnd: start + off_t(length) >= after.st_size, status: after)
  }

  /// Whether this process may read the file, or list and search the directory.
  func mayRead(_ handle: ExportHandle) throws(ExportStatus) -> Bool {
    let file = try open(handle, pathOnly)
    defer { close(file) }
    let isDirectory = try status(of: file).st_mode & S_IFMT == S_IFDIR
    return faccessat(
      AT_FDCWD, reopeningPath(of: file), isDirectory ? R_OK | X_OK : R_OK, AT_EACCESS) == 0
  }

  /// The names in a directory: "." and "..", then the others in byte order.
  func names(in handle: ExportHandle) throws(ExportStatus) -> [[UInt8]] {
    let descriptor = try open(handle, O_RDONLY | O_DIRECTORY)
    guard let stream = fdopendir(descriptor) else {
      close(descriptor)
      throw ExportStatus(errno: errno)
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
    }
    names.sort { $0.lexicographicallyPrecedes($1) }
    return [Array(".".utf8), Array("..".utf8)] + names
  }

  // MARK: Handles

  private func components(of handle: ExportHandle) throws(ExportStatus) -> [[UInt8]] {
    if handle.number == 0 { return [] }
    guard let entry = entries[handle.number] else { throw .stale }
    return entry.path
  }

  private func handle(of identity: FileIdentity, at path: [[UInt8]]) -> ExportHandle {
    let number = numbers[identity] ?? nextNumber
    // The file that had this path was moved, and gets its new path when it is looked up, or was removed.
    if let other = places[path], other != number { forget(other) }
    if let entry = entries[number] {
      if entry.path != path, places[entry.path] == number { places[entry.path] = nil }
      entries[number]?.path = path
    } else {
      nextNumber += 1
      entries[number] = Entry(identity: identity, path: path)
      numbers[identity] = number
    }
    places[path] = number
    return ExportHandle(number: number)
  }

  private func forget(_ number: UInt64) {
    guard let entry = entries.removeValue(forKey: number) else { return }
    numbers[entry.identity] = nil
    if places[entry.path] == number { places[entry.path] = nil }
  }

  /// Opens the file that a handle stands for. The file is identified with `O_PATH` first and then reopened through its
  /// descriptor, so that an error such as EACCES is about this file and not about one that took its place.
  private func open(_ handle: ExportHandle, _ flags: Int32) throws(ExportStatus) -> Int32 {
    let file = try find(handle)
    if flags == pathOnly { return file }
    defer { close(file) }
    let opened = Glibc.open(reopeningPath(of: file), flags | O_CLOEXEC)
    guard opened >= 0 else { throw ExportStatus(errno: errno) }
    return opened
  }

  private func find(_ handle: ExportHandle) throws(ExportStatus) -> Int32 {
    let path = try components(of: handle)
    let file: Int32
    do throws(ExportStatus) { file = try open(path, pathOnly) } catch {
      // A directory of the path was removed, or replaced by a link or a file.
      guard error == .noEntry || error == .notDirectory else { throw error }
      forget(handle.number)
      throw .stale
    }
    guard let entry = entries[handle.number] else { return file }
    do throws(ExportStatus) {
      if try FileIdentity(file) == entry.identity { return file }
    } catch {
      close(file)
      throw error
    }
    close(file)
    forget(handle.number)
    throw .stale
  }

  /// A path that reopens the file of a descriptor.
  private func reopeningPath(of file: Int32) -> String { "/proc/self/fd/\(file)" }

  // MARK: Paths

  private func status(of file: Int32) throws(ExportStatus) -> stat {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw ExportStatus(errno: errno) }
    return status
  }

  private func open(_ path: [[UInt8]], _ flags: Int32) throws(ExportStatus) -> Int32 {
    guard let name = path.last else {
      let copy = openat(root, ".", flags | O_CLOEXEC)
      guard copy >= 0 else { throw ExportStatus(errno: errno) }
      return copy
    }
    return try withParent(of: path) { parent throws(ExportStatus) in
      let file = openat(parent, cString(name), flags | O_NOFOLLOW | O_CLOEXEC)
      guard file >= 0 else { throw ExportStatus(errno: errno) }
      return file
    }
  }

  /// Opens each directory of the path but the last component in turn, so that no link is followed.
  private func withParent<Result>(
    of path: [[UInt8]], _ body: (Int32) throws(ExportStatus) -> Result
  ) throws(ExportStatus) -> Result {
    var parent = root
    defer { if parent != root { close(parent) } }
    for name in path.dropLast() {
      let next = openat(parent, cString(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else { throw ExportStatus(errno: errno) }
      if parent != root { close(parent) }
      parent = next
    }
    return try body(parent)
  }
}

private let pathOnly = Int32(PATH_ONLY)

private func cString(_ name: [UInt8]) -> [CChar] { name.map { CChar(bitPattern: $0) } + [0] }
