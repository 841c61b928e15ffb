// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc
import Testing

@testable import DeviceTree

@Suite struct SourceTests {
  @Test func sourceErrorsKeepTheirPlace() {
    let error = deviceTreeError {
      _ = try DeviceTree(source: "/dts-v1/;\n/ {\n  a = <1\n};\n".utf8, name: "board.dts")
    }
    let finding = error?.findings.first
    #expect(finding?.rule == "device-tree-source")
    #expect(finding?.place == .source(SourceLocation(file: "board.dts", line: 4, column: 1)))
    #expect(finding?.message == "dtc: syntax error")
    #expect(error?.findings.count == 1)
  }

  @Test func messagesWithoutAPlaceAreKept() {
    let messages = compilerMessages(
      in: """
        Error: a.dts:3.1-4 no such thing
        <stdin>:7.12-9.3: ERROR (duplicate_node_names): /n: Duplicate node name
        something else
        FATAL ERROR: Unable to parse input tree
        """, file: "b.dts")
    #expect(
      messages == [
        .init(location: SourceLocation(file: "a.dts", line: 3, column: 1), text: "no such thing"),
        .init(
          location: SourceLocation(file: "b.dts", line: 7, column: 12),
          text: "ERROR (duplicate_node_names): /n: Duplicate node name"),
        .init(location: nil, text: "something else"),
      ])
    #expect(compilerMessages(in: "", file: "a").map(\.text) == ["failed without a message"])
  }

  @Test func filesAreReadByExtension() throws {
    let directory = "/tmp/serval-dt-\(getpid())"
    mkdir(directory, 0o700)
    defer { rmdir(directory) }
    let source = "/dts-v1/; / { n { }; };"
    let paths = ["\(directory)/a.dts", "\(directory)/a.dtb"]
    defer { paths.forEach { unlink($0) } }
    let blob = try compileDeviceTree(source: Array(source.utf8), file: "a.dts")
    try write(Array(source.utf8), to: paths[0])
    try write(blob, to: paths[1])
    for path in paths {
      let tree = try DeviceTree.load(path)
      #expect(tree.name == path)
      #expect(tree.nodes.map(\.path) == ["/", "/n"])
    }
  }

  @Test(arguments: ["/nonexistent/a.dtb", "/nonexistent/a.dts"])
  func aMissingFileIsSaidToBeMissing(path: String) {
    #expect(
      deviceTreeError { _ = try DeviceTree.load(path) }
        == DeviceTreeError(file: path, .unreadable(errno: ENOENT)))
  }

  @Test func aMissingCompilerSaysWhatToInstall() {
    let error = deviceTreeError {
      _ = try compileDeviceTree(source: [], file: "a.dts", compiler: "/nonexistent/dtc")
    }
    #expect(error == DeviceTreeError(file: "a.dts", .compilerMissing))
    #expect(error?.findings.first?.fix?.contains("device-tree-compiler") == true)
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let file = try #require(fopen(path, "w"))
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }
}
