// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import XDR

/// What a client has of a file: which of the files it has come by.
struct FileHandle: Hashable {
  var number: UInt64

  /// 16 bytes: "Serval", two of zero, the number.
  var bytes: [UInt8] {
    var writer = XDRWriter()
    writer.fixedOpaque((Array("Serval".utf8) + [0, 0]).span)
    writer.uint64(number)
    return writer.bytes
  }

  init(number: UInt64) { self.number = number }

  init(_ bytes: [UInt8]) throws(NFSStatus) {
    guard bytes.count == 16, bytes.starts(with: Array("Serval".utf8) + [0, 0]) else {
      throw .badHandle
    }
    number = bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// A directory and what is below it, by handles. Nothing outside can be reached: names are single
/// components, and links are never followed here, neither in the middle of a path nor at its end.
final class ExportedTree {
  private let root: Int32
  // Components from the root, by handle; the first is the root.
  private var paths: [[[UInt8]]] = [[]]
  private var numbers: [[[UInt8]]: UInt64] = [[]: 0]

  /// - Throws: the error number where the directory cannot be opened.
  init(_ directory: String) throws(OpenFailure) {
    root = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if root < 0 { throw OpenFailure(errno: errno) }
  }

  struct OpenFailure: Error { var errno: Int32 }

  deinit { close(root) }

  /// The handle of a directory by its path, as a mount asks for it.
  func directory(_ path: [UInt8]) throws(NFSStatus) -> FileHandle {
    var handle = FileHandle(number: 0)
    for component in path.split(separator: UInt8(ascii: "/")) {
      handle = try lookup(Array(component), in: handle)
    }
    guard try attributes(of: handle).st_mode & S_IFMT == S_IFDIR else { throw .notDirectory }
    return handle
  }

  func lookup(_ name: [UInt8], in directory: FileHandle) throws(NFSStatus) -> FileHandle {
    var path = try components(of: directory)
    guard !name.isEmpty, !name.contains(0), !name.contains(UInt8(ascii: "/")) else {
      throw .invalid
    }
    guard name.count <= 255 else { throw .nameTooLong }
    if name == Array("..".utf8) {
      // Above the export there is nothing.
      if !path.isEmpty { path.removeLast() }
    } else if name != Array(".".utf8) {
      path.append(name)
    }
    _ = try status(of: path)
    return handle(of: path)
  }

  func attributes(of handle: FileHandle) throws(NFSStatus) -> stat {
    try status(of: components(of: handle))
  }

  func target(of handle: FileHandle) throws(NFSStatus) -> [UInt8] {
    let path = try components(of: handle)
    guard let name = path.last else { throw .invalid }
    return try withParent(of: path) { parent throws(NFSStatus) in
      var buffer = [CChar](repeating: 0, count: 4096)
      let count = readlinkat(parent, cString(name), &buffer, buffer.count)
      if count < 0 { throw NFSStatus(errno: errno) }
      return buffer[..<count].map { UInt8(bitPattern: $0) }
    }
  }

  func read(
    _ handle: FileHandle, at offset: UInt64, count: Int
  ) throws(NFSStatus) -> (bytes: [UInt8], isEnd: Bool) {
    let file = try open(components(of: handle), O_RDONLY | O_NONBLOCK)
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw NFSStatus(errno: errno) }
    if status.st_mode & S_IFMT == S_IFDIR { throw .isDirectory }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .invalid }
    guard let start = off_t(exactly: offset) else { return ([], true) }
    var buffer = [UInt8](repeating: 0, count: count)
    let length = buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, start) }
    if length < 0 { throw NFSStatus(errno: errno) }
    return (Array(buffer[..<length]), start + off_t(length) >= status.st_size)
  }

  /// Names in a directory in their order, "." and ".." first.
  func names(in handle: FileHandle) throws(NFSStatus) -> [[UInt8]] {
    let descriptor = try open(components(of: handle), O_RDONLY | O_DIRECTORY)
    guard let stream = fdopendir(descriptor) else {
      close(descriptor)
      throw NFSStatus(errno: errno)
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

  // MARK: Paths

  private func components(of handle: FileHandle) throws(NFSStatus) -> [[UInt8]] {
    guard handle.number < UInt64(paths.count) else { throw .stale }
    return paths[Int(handle.number)]
  }

  private func handle(of path: [[UInt8]]) -> FileHandle {
    if let number = numbers[path] { return FileHandle(number: number) }
    let number = UInt64(paths.count)
    paths.append(path)
    numbers[path] = number
    return FileHandle(number: number)
  }

  private func status(of path: [[UInt8]]) throws(NFSStatus) -> stat {
    var status = stat()
    guard let name = path.last else {
      guard fstat(root, &status) == 0 else { throw NFSStatus(errno: errno) }
      return status
    }
    return try withParent(of: path) { parent throws(NFSStatus) in
      guard fstatat(parent, cString(name), &status, AT_SYMLINK_NOFOLLOW) == 0 else {
        throw NFSStatus(errno: errno)
      }
      return status
    }
  }

  private func open(_ path: [[UInt8]], _ flags: Int32) throws(NFSStatus) -> Int32 {
    guard let name = path.last else {
      let copy = openat(root, ".", flags | O_CLOEXEC)
      guard copy >= 0 else { throw NFSStatus(errno: errno) }
      return copy
    }
    return try withParent(of: path) { parent throws(NFSStatus) in
      let file = openat(parent, cString(name), flags | O_NOFOLLOW | O_CLOEXEC)
      guard file >= 0 else { throw NFSStatus(errno: errno) }
      return file
    }
  }

  /// Opens the directories down to the last component, one by one, so that no link is followed.
  private func withParent<Result>(
    of path: [[UInt8]], _ body: (Int32) throws(NFSStatus) -> Result
  ) throws(NFSStatus) -> Result {
    var parent = root
    defer { if parent != root { close(parent) } }
    for name in path.dropLast() {
      let next = openat(parent, cString(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else { throw NFSStatus(errno: errno) }
      if parent != root { close(parent) }
      parent = next
    }
    return try body(parent)
  }
}

private func cString(_ name: [UInt8]) -> [CChar] { name.map { CChar(bitPattern: $0) } + [0] }
