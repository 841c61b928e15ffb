// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing

@testable import Boards
@testable import DeviceTree

@Suite struct HostileBlobTests {
  static let blobs: [[UInt8]] = Board.builtIn.compactMap {
    try? compileDeviceTree(source: $0.treeSource, file: $0.treeName)
  }

  /// Calls everything that users of a tree call; the test is that it returns.
  static func exercise(_ blob: [UInt8]) -> DeviceTree? {
    guard let tree = try? DeviceTree(blob: blob, name: "hostile.dtb") else { return nil }
    for device in tree.devices { _ = try? device.register() }
    for node in tree.nodes {
      _ = tree.device(node)
      for property in node.properties { _ = property.strings }
    }
    _ = try? tree.memory()
    _ = try? tree.standardOutput()
    _ = tree.find("serial0/x")
    for board in Board.builtIn { _ = deviceRows(of: tree, for: board) }
    return tree
  }

  @Test func truncationAtEveryLengthIsRefused() throws {
    #expect(Self.blobs.count == Board.builtIn.count)
    for blob in Self.blobs {
      for length in 0..<blob.count {
        let cut = deviceTreeError {
          _ = try DeviceTree(blob: Array(blob[..<length]), name: "cut.dtb")
        }
        guard case .malformed? = cut?.problem else {
          Issue.record("\(length) of \(blob.count) bytes: \(String(describing: cut))")
          return
        }
      }
    }
  }

  @Test func mutationsNeverCrash() {
    let iterations = fuzzIterations(400)
    var random = SeededGenerator(seed: 0x5e7_7a1)
    var sound = 0
    for round in 0..<iterations {
      let blob = mutated(Self.blobs[round % Self.blobs.count], &random)
      if Self.exercise(blob) != nil { sound += 1 }
    }
    // If all or none were accepted, the mutations would test too little.
    #expect(sound > iterations / 20 && sound < iterations)
  }

  @Test func deepTreesAreRefused() throws {
    func nested(_ depth: Int) throws -> DeviceTree {
      try tree(
        String(repeating: "n { ", count: depth) + String(repeating: "}; ", count: depth))
    }
    #expect(try nested(Bounds.depth - 1).nodes.count == Bounds.depth)
    let error = deviceTreeError { _ = try nested(Bounds.depth) }
    #expect(error?.problem == .exceeds(.depth, Bounds.depth))
  }

  @Test func longNamesAndManyNodesAreRefused() {
    func problem(_ blob: [UInt8]) -> DeviceTreeError.Problem? {
      deviceTreeError { _ = try DeviceTree(blob: blob, name: "x.dtb") }?.problem
    }
    var name = FlatBlob()
    name.node(String(repeating: "n", count: 256)) { _ in }
    #expect(problem(name.blob) == .exceeds(.nameBytes, 255))

    var nodes = FlatBlob()
    for _ in 0..<Bounds.nodes { nodes.node("n") { _ in } }
    #expect(problem(nodes.blob) == .exceeds(.nodes, Bounds.nodes))

    var paths = FlatBlob()
    func deep(_ blob: inout FlatBlob, _ depth: Int) {
      blob.node(String(repeating: "n", count: 250)) { inner in
        if depth > 0 { deep(&inner, depth - 1) }
        if depth == 0 { for _ in 0..<2000 { inner.node("m") { _ in } } }
      }
    }
    deep(&paths, 50)
    #expect(problem(paths.blob) == .exceeds(.pathBytes, Bounds.pathBytes))
    #expect(
      problem([UInt8](repeating: 0, count: Bounds.blobBytes + 1))
        == .exceeds(.blobBytes, Bounds.blobBytes))
  }

  @Test func longTablesAreRefused() throws {
    var flat = FlatBlob()
    let table = [UInt8](repeating: 0, count: 4 * (Bounds.cells + 4))
    flat.node("gic") {
      $0.property("phandle", [0, 0, 0, 1])
      $0.property("#interrupt-cells", [0, 0, 0, 1])
    }
    flat.node("n") {
      $0.property("#size-cells", [0, 0, 0, 0])
      $0.property("ranges", table)
      $0.property("interrupt-parent", [0, 0, 0, 1])
      $0.property("interrupts", table)
      $0.node("m") { $0.property("reg", [UInt8](repeating: 0, count: 8)) }
    }
    let tree = try DeviceTree(blob: flat.blob, name: "x.dtb")
    for problem in [
      deviceTreeError { _ = try tree.device(at: "/n").interrupt() },
      deviceTreeError { _ = try tree.device(at: "/n/m").register() },
    ] { #expect(problem?.problem == .exceeds(.cells, Bounds.cells)) }
  }

  @Test func anOldVersionIsNamed() {
    var blob = FlatBlob().blob
    blob[23] = 16
    #expect(
      deviceTreeError { _ = try DeviceTree(blob: blob, name: "old.dtb") }?.problem
        == .unsupportedVersion(16))
  }

  @Test func badUTF8AndDuplicatesAreSurvived() throws {
    var flat = FlatBlob()
    flat.node("twice") { $0.property("first", [1]) }
    flat.node("twice") { $0.property("second", [0xff, 0xfe, 0]) }
    let tree = try DeviceTree(blob: flat.blob, name: "x.dtb")
    #expect(tree.nodes.count == 3)
    #expect(try tree.node(at: "/twice")["first"] != nil)
    #expect(tree.nodes[2]["second"]?.strings == ["\u{fffd}\u{fffd}"])
  }

  /// Random bytes, words and cuts, mostly in the structure block, where they have most effect.
  private func mutated(_ blob: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    let interesting: [UInt8] = [0, 1, 2, 3, 4, 9, 0x2f, 0x40, 0x7f, 0x80, 0xfe, 0xff]
    var blob = blob
    for _ in 0...random.below(4) {
      let position = random.below(blob.count)
      switch random.below(5) {
      case 0: blob[position] = UInt8(truncatingIfNeeded: random.next())
      case 1: blob[position] = interesting[random.below(interesting.count)]
      case 2: blob[position] ^= 1 << UInt8(random.below(8))
      case 3:
        // A whole cell: counts, phandles, lengths and tokens are aligned.
        let word = position & ~3
        let value = interesting[random.below(interesting.count)]
        for index in word..<min(word + 3, blob.count) { blob[index] = value & 0x80 == 0 ? 0 : 0xff }
        if word + 3 < blob.count { blob[word + 3] = value }
      default:
        // A copy of other bytes over these.
        let from = random.below(blob.count)
        for index in 0..<random.below(24)
        where position + index < blob.count && from + index < blob.count {
          blob[position + index] = blob[from + index]
        }
      }
    }
    return blob
  }
}
