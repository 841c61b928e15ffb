// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc

/// Reading and writing whole files, with errors that name the file.
public enum Files {
  /// The bytes of a file; "-" is standard input.
  ///
  /// - Parameter limit: the most bytes to accept; nothing that this tool reads exceeds the default.
  /// - Throws: `FileError` if the file cannot be read or is larger.
  public static func read(_ path: String, limit: Int = 256 << 20) throws(FileError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, .read(errno: errno)) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    return try readAll(descriptor, name: path, limit: limit)
  }

  /// What can be read from a descriptor up to its end.
  static func readAll(
    _ descriptor: Int32, name path: String, limit: Int = 256 << 20
  ) throws(FileError) -> [UInt8] {
    // A regular file tells its length; asking for one byte more shows whether it has grown since.
    var status = stat()
    let known = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    var bytes: [UInt8] = []
    var step = min(max(known + 1, 4096), limit + 1)
    while true {
      let chunk = try readChunk(of: step, descriptor, path)
      if chunk.isEmpty { return bytes }
      bytes = bytes.isEmpty ? chunk : bytes + chunk
      guard bytes.count <= limit else { throw FileError(path, .tooLarge(limit: limit)) }
      step = 1 << 16
    }
  }

  /// The length in bytes of a file that can be read.
  ///
  /// - Throws: `FileError` if it cannot be, or is a directory.
  public static func length(_ path: String) throws(FileError) -> UInt64 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path, .read(errno: errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path, .read(errno: errno)) }
    if status.st_mode & S_IFMT == S_IFDIR { throw FileError(path, .read(errno: EISDIR)) }
    return UInt64(max(status.st_size, 0))
  }

  /// At most `count` bytes; none at the end of the file.
  private static func readChunk(
    of count: Int, _ descriptor: Int32, _ path: String
  ) throws(FileError) -> [UInt8] {
    var failure: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      repeat {
        used = Glibc.read(descriptor, buffer.baseAddress, count)
      } while used < 0
        && errno == EINTR
      if used < 0 {
        failure = errno
        used = 0
      }
    }
    if let failure { throw FileError(path, .read(errno: failure)) }
    return bytes
  }

  /// Replaces the file at `path`, or creates it. Readers see either the old contents or all of the
  /// new ones.
  ///
  /// - Parameter isSecret: whether only the owner may read and write it.
  public static func replace(
    _ path: String, with bytes: [UInt8], isSecret: Bool = false
  ) throws(FileError) {
    let temporary = "\(path).\(getpid()).tmp"
    do throws(FileError) {
      try create(temporary, with: bytes, as: path, isSecret: isSecret)
      guard rename(temporary, path) == 0 else { throw FileError(path, .write(errno: errno)) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// The same as `replace`, but leaves a file alone that has the contents already, so that make does
  /// not rebuild what depends on it.
  public static func update(
    _ path: String, with bytes: [UInt8], isSecret: Bool = false
  ) throws(FileError) {
    if exists(path), !isSecret || isPrivate(path), let old = try? read(path), old == bytes {
      return
    }
    try replace(path, with: bytes, isSecret: isSecret)
  }

  /// Whether only the owner can read and write what is at `path`.
  public static func isPrivate(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & 0o077 == 0
  }

  /// Makes a directory that holds exactly `files`, whose names may be paths. It appears with all of them or not at all.
  ///
  /// - Parameter secrets: names of those that only the owner may read and write.
  /// - Throws: also if something other than an empty directory is at `path`.
  public static func createDirectory(
    _ path: String, holding files: [(name: String, bytes: [UInt8])], secrets: Set<String> = []
  ) throws(FileError) {
    let trimmed = path.split(separator: "/").joined(separator: "/")
    let target = path.hasPrefix("/") ? "/\(trimmed)" : trimmed
    if let slash = target.lastIndex(of: "/"), slash != target.startIndex {
      try makeDirectory(String(target[..<slash]))
    }
    let stage = "\(target).\(getpid()).tmp"
    guard mkdir(stage, 0o777) == 0 else { throw FileError(path, .write(errno: errno)) }
    var folders: [String] = []
    do throws(FileError) {
      for file in files {
        for folder in Self.folders(of: file.name) where !folders.contains(folder) {
          guard mkdir("\(stage)/\(folder)", 0o777) == 0 else {
            throw FileError("\(target)/\(folder)", .write(errno: errno))
          }
          folders.append(folder)
        }
        try create(
          "\(stage)/\(file.name)", with: file.bytes, as: "\(target)/\(file.name)",
          isSecret: secrets.contains(file.name))
      }
      // rename replaces an empty directory; anything else in the way is an error.
      guard rename(stage, target) == 0 else { throw FileError(path, .write(errno: errno)) }
    } catch {
      for file in files { unlink("\(stage)/\(file.name)") }
      for folder in folders.reversed() { rmdir("\(stage)/\(folder)") }
      rmdir(stage)
      throw error
    }
  }

  /// The folders that a relative path goes through, outermost first.
  private static func folders(of path: String) -> [String] {
    let parts = path.split(separator: "/").dropLast()
    return parts.indices.map { parts[...$0].joined(separator: "/") }
  }

  /// Creates a file that only its owner can read and write.
  ///
  /// - Throws: also if there is a file at `path`.
  public static func createPrivate(_ path: String, with bytes: [UInt8]) throws(FileError) {
    try create(path, with: bytes, as: path, isSecret: true)
  }

  /// Creates a file, which errors call `name`.
  private static func create(
    _ path: String, with bytes: [UInt8], as name: String, isSecret: Bool = false
  ) throws(FileError) {
    let mode: mode_t = isSecret ? 0o600 : 0o666
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw FileError(name, .write(errno: errno)) }
    do throws(FileError) {
      try write(bytes, to: descriptor, name)
    } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw FileError(name, .write(errno: errno)) }
  }

  /// Makes a directory and its missing parents.
  public static func makeDirectory(_ path: String) throws(FileError) {
    var partial = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      partial += part + "/"
      if mkdir(partial, 0o777) != 0, errno != EEXIST {
        throw FileError(path, .write(errno: errno))
      }
    }
    guard isDirectory(path.isEmpty ? "." : path) else {
      throw FileError(path, .write(errno: ENOTDIR))
    }
  }

  /// Whether anything is at `path`, after following links.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The path from the root without links; nil if there is nothing at `path`.
  public static func absolutePath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether a directory is at `path`, after following links.
  public static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func write(
    _ bytes: [UInt8], to descriptor: Int32, _ path: String
  ) throws(FileError) {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError(path, .write(errno: errno)) }
      offset += count
    }
  }
}

/// Why a file could not be read or written.
public struct FileError: Error, Hashable {
  /// What went wrong, with the C library's error number where it has one.
  public enum Problem: Hashable, Sendable {
    /// Opening or reading failed.
    case read(errno: Int32)
    /// Creating, writing, renaming or making a directory failed.
    case write(errno: Int32)
    /// The file is larger than the reader accepts, in bytes.
    case tooLarge(limit: Int)
  }

  /// As the caller gave it.
  public var path: String
  /// What went wrong.
  public var problem: Problem

  init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }
}

extension FileError: DiagnosableError {
  /// One finding: `unreadable` or `unwritable`.
  public var findings: [Finding] {
    let place = Place.file(path == "-" ? "standard input" : path)
    switch problem {
    case .read(let errno):
      return [Finding(rule: "unreadable", at: place, "cannot be read: \(systemText(errno))")]
    case .write(let errno):
      return [Finding(rule: "unwritable", at: place, "cannot be written: \(systemText(errno))")]
    case .tooLarge(let limit):
      return [Finding(rule: "unreadable", at: place, "is larger than \(limit) bytes")]
    }
  }
}

/// The C library's text for an error number, with a lower-case first letter: "no such file or
/// directory".
public func systemText(_ errno: Int32) -> String {
  let text = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
  return text.prefix(1).lowercased() + text.dropFirst()
}
