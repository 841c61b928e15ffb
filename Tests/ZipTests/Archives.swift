// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import TestSupport
import Zip

/// A file for an archive.
struct File {
  var name: String
  var contents: [UInt8]
  var modified = ModificationTime.first
  /// As for `ZipWriter.begin`.
  var byteLimit: UInt64?
}

/// How the bytes of a test move: pieces of the input, and of the output.
struct Pieces {
  var input: () -> Int
  var output: () -> Int

  static var whole: Pieces { Pieces(input: { .max }, output: { .max }) }

  static func of(_ input: Int, _ output: Int) -> Pieces {
    Pieces(input: { input }, output: { output })
  }
}

/// The archive of `files`.
func archive(
  _ files: [File], level: DeflateLevel = .fast, limits: ZipLimits = ZipLimits(),
  _ pieces: Pieces = .whole
) throws(ZipError) -> [UInt8] {
  var archive: [UInt8] = []
  var writer = ZipWriter(level: level, limits: limits)
  for file in files {
    let name = EntryName(file.name) ?? .unnamed
    while try !writer.begin(name, modified: file.modified, atMost: file.byteLimit) {
      drain(&writer, into: &archive, pieces)
    }
    var start = 0
    while start < file.contents.count {
      let end = min(start + min(pieces.input(), 1 << 20), file.contents.count)
      start += try writer.write(file.contents.span.extracting(start..<end))
      drain(&writer, into: &archive, pieces)
    }
    while try !writer.endEntry() { drain(&writer, into: &archive, pieces) }
  }
  while try !writer.finish() { drain(&writer, into: &archive, pieces) }
  while !writer.isFinished { drain(&writer, into: &archive, pieces) }
  return archive
}

private func drain(_ writer: inout ZipWriter, into archive: inout [UInt8], _ pieces: Pieces) {
  writer.drain { bytes in
    let count = min(bytes.count, pieces.output())
    for index in 0..<count { archive.append(bytes[index]) }
    return count
  }
}
