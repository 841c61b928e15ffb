// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The example in docs/archives.md.

import Deflate
import Zip

/// The archive of `files`.
func zipped(_ files: [(name: String, data: [UInt8])]) throws(ZipError) -> [UInt8] {
  var archive: [UInt8] = []
  var writer = ZipWriter(level: .fast)
  func drain() {
    writer.drain { bytes in
      for index in bytes.indices { archive.append(bytes[index]) }
      return bytes.count
    }
  }
  for file in files {
    let name = EntryName(file.name) ?? .unnamed
    while try !writer.begin(name, atMost: UInt64(file.data.count)) { drain() }
    var start = 0
    while start < file.data.count {
      start += try writer.write(file.data.span.extracting(start...))
      drain()
    }
    while try !writer.endEntry() { drain() }
  }
  while try !writer.finish() { drain() }
  while !writer.isFinished { drain() }
  return archive
}
