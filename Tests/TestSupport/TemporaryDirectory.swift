// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Directories that tests fill and remove again.
public enum TemporaryDirectory {
  public struct Failure: Error {
    public var number: Int32
  }

  /// A new, empty directory.
  public static func make() throws -> String {
    var template = Array("/tmp/serval-test-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return mkdtemp(start) != nil
    }
    guard made else { throw Failure(number: errno) }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Removes the directory and the files in it; it must not have directories of its own.
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
