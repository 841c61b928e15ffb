// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel
import Targets
import TestSupport
import Testing

/// The catalogue against the SDKs at MICROKIT_SDK and MICROKIT_SDKS.
@Suite(.enabled(if: !InstalledSDKs.paths.isEmpty)) struct InstalledSDKTests {
  @Test(arguments: InstalledSDKs.paths) func catalogueAgrees(_ path: String) throws {
    let found = try version(of: path)
    let version = try #require(found)
    var compared = 0
    for name in try Target.boards(ofSDKAt: path) {
      guard let board = SDKBoard.all.first(where: { $0.name == name }) else { continue }
      #expect(board.since <= version, "\(name)")
      for configuration in board.configurations(in: version)
      where Files.isDirectory("\(path)/board/\(name)/\(configuration)") {
        let label: Comment = "\(name) \(configuration) in \(path)"
        let expected = try Target.of(board: name, configuration: configuration, sdk: version)
        var actual = try Target.inSDK(
          at: path, version: version, board: name, configuration: configuration)
        // The catalogue has the least size of the kernel's image.
        try expectSameImage(&actual, expected, label)
        #expect(actual == expected, label)
        compared += 1
      }
    }
    #expect(compared > 0)
  }

  /// Compares the start of both images, and gives `actual` the catalogue's end.
  private func expectSameImage(
    _ actual: inout Target, _ expected: Target, _ label: Comment
  ) throws {
    guard let owned = expected.platform?.kernelOwned else { return }
    let image = try #require(owned.first { $0.name == "the kernel's image" }, label)
    let index = try #require(
      actual.platform?.kernelOwned.firstIndex { $0.name == image.name }, label)
    let found = try #require(actual.platform?.kernelOwned[index].range, label)
    #expect(found.lowerBound == image.range.lowerBound, label)
    #expect(found.upperBound >= image.range.upperBound, label)
    actual.platform?.kernelOwned[index] = image
  }

  private func version(of path: String) throws -> SDKVersion? {
    guard Files.exists("\(path)/VERSION") else { return .v1_4_1 }
    let text = String(decoding: try Files.read("\(path)/VERSION"), as: UTF8.self)
    return SDKVersion(rawValue: text.filter { !$0.isWhitespace })
  }
}
