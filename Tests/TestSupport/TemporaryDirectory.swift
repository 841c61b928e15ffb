// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Temporary directories for tests.
public enum TemporaryDirectory {
  /// A directory could not be created.
  public struct Failure: Error {
    /// The value of `errno`.
    public var number: Int32
  }

  /// Creates an empty directory, and returns its path.
  public static func make() throws -> String {
    var template = Array("/tmp/serval-test-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return mkdtemp(start) != nil
    }
    guard made else { throw Failure(number: errno) }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Removes a directory that `make` created, with its files. It must not contain directories.
  public static func remove(_ path: String) {
    guard path.hasPrefix("/tmp/serval-test-"), let stream = opendir(path) else { return }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      unlink("\(path)/\(name)")
    }
    closedir(stream)
    rmdir(path)
  }
}
