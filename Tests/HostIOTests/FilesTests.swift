// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import Testing

@Suite struct FilesTests {
  private func withDirectory(_ body: (String) throws -> Void) throws {
    let made = try Subprocess.run(["mktemp", "-d"])
    let path = String(decoding: made.output.dropLast(), as: UTF8.self)
    defer { _ = try? Subprocess.run(["rm", "-rf", path]) }
    try body(path)
  }

  @Test func writesAndReadsBack() throws {
    try withDirectory { directory in
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
      try Files.replace("\(directory)/a", with: bytes)
      #expect(try Files.read("\(directory)/a") == bytes)
      try Files.replace("\(directory)/a", with: [1])
      #expect(try Files.read("\(directory)/a") == [1])
    }
  }

  @Test func namesTheFileThatCannotBeRead() {
    let error = #expect(throws: FileError.self) { try Files.read("/nonexistent/x") }
    #expect(error?.findings.map(\.message) == ["cannot be read: no such file or directory"])
    #expect(error?.findings.first?.place == .file("/nonexistent/x"))
  }

  @Test func leavesTheOldFileWhenItCannotWrite() throws {
    try withDirectory { directory in
      try Files.makeDirectory("\(directory)/b/c")
      // A directory cannot be replaced by a file.
      #expect(throws: FileError.self) { try Files.replace("\(directory)/b", with: [1]) }
      #expect(Files.isDirectory("\(directory)/b/c"))
      let left = try Subprocess.run(["ls", "-A", directory])
      #expect(String(decoding: left.output, as: UTF8.self) == "b\n")
    }
  }

  @Test func aDirectoryAppearsWholeOrNotAtAll() throws {
    try withDirectory { directory in
      let files: [(name: String, bytes: [UInt8])] = [("a", [1]), ("b", [2, 3]), ("e/f/g", [4])]
      try Files.createDirectory("\(directory)/x//y/", holding: files)
      #expect(try Files.read("\(directory)/x/y/b") == [2, 3])
      #expect(try Files.read("\(directory)/x/y/e/f/g") == [4])
      // One that cannot be written takes the others with it.
      let error = #expect(throws: FileError.self) {
        try Files.createDirectory("\(directory)/x/z", holding: files + [("c/d", []), ("b/no", [])])
      }
      #expect(error?.path == "\(directory)/x/z/b")
      #expect(throws: FileError.self) {
        try Files.createDirectory("\(directory)/x/y", holding: files)
      }
      let left = try Subprocess.run(["ls", "-A", "\(directory)/x"])
      #expect(String(decoding: left.output, as: UTF8.self) == "y\n")
    }
  }

  @Test func refusesWhatIsTooLarge() throws {
    try withDirectory { directory in
      try Files.replace("\(directory)/a", with: [1, 2, 3])
      let error = #expect(throws: FileError.self) { try Files.read("\(directory)/a", limit: 2) }
      #expect(error?.problem == .tooLarge(limit: 2))
    }
  }

  @Test func aDirectoryUnderAFileIsAnError() throws {
    try withDirectory { directory in
      try Files.replace("\(directory)/a", with: [])
      #expect(throws: FileError.self) { try Files.makeDirectory("\(directory)/a/b") }
      #expect(throws: FileError.self) { try Files.makeDirectory("\(directory)/a") }
    }
  }
}

@Suite struct SubprocessTests {
  @Test func returnsOutputErrorsAndStatus() throws {
    let result = try Subprocess.run(
      ["sh", "-c", "cat; echo oops >&2; exit 3"], input: Array("hello".utf8))
    #expect(String(decoding: result.output, as: UTF8.self) == "hello")
    #expect(result.errors == "oops\n")
    #expect(result.status == 3)
  }

  @Test func saysWhatIsNotInstalled() {
    #expect(throws: SubprocessError.missing(program: "no-such-program")) {
      try Subprocess.run(["no-such-program"])
    }
  }

  @Test func aSignalIsAStatusToo() throws {
    #expect(try Subprocess.run(["sh", "-c", "kill -9 $$"]).status == 137)
  }
}
