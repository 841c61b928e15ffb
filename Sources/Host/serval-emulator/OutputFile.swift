// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc

/// An output file that is written during a run. Errors are kept, and thrown by `close`.
final class OutputFile {
  nonisolated(unsafe) static let standardOutput = OutputFile(descriptor: STDOUT_FILENO)
  nonisolated(unsafe) static let standardError = OutputFile(descriptor: STDERR_FILENO)

  private let descriptor: Int32
  private var failure: Int32?
  private let path: String

  private init(descriptor: Int32) {
    self.descriptor = descriptor
    path = "standard output"
  }

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw Unwritable(path: path, errno: errno) }
  }

  /// Whether a write has failed. Later writes are ignored.
  var hasFailed: Bool { failure != nil }

  func write(_ text: String) { write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) {
    var offset = 0
    while offset < bytes.count, failure == nil {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { failure = errno } else { offset += count }
    }
  }

  /// - Throws: `Unwritable` if this or any earlier write failed.
  func close() throws {
    if Glibc.close(descriptor) != 0 { failure = failure ?? errno }
    if let failure { throw Unwritable(path: path, errno: failure) }
  }

  struct Unwritable: DiagnosableError {
    var path: String
    var errno: Int32

    var findings: [Finding] {
      let text = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
      return [Finding(rule: "unwritable", at: .file(path), "cannot be written: \(text)")]
    }
  }
}
