// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CLibFDT

// The only file that calls libfdt. It copies a validated blob into nodes and keeps no pointer into
// it.

/// Limits on what is accepted. Real trees have about 2000 nodes, 8 levels and 300 KiB.
enum Bounds {
  static let blobBytes = 4 << 20
  static let nodes = 1 << 16
  static let depth = 64
  static let nameBytes = 255
  /// All node paths together: without this limit, a megabyte of nodes below a long path would need
  /// gigabytes.
  static let pathBytes = 16 << 20
  /// In one `reg`, `ranges` or list of interrupts: `ranges` is searched for every device below it.
  static let cells = 4096
  /// Controllers and nexus nodes between a device and the controller that seL4 drives; real trees
  /// have up to three.
  static let interruptSteps = 16
  /// Listed of what one controller raises.
  static let raisedInterrupts = 8
}

/// The blob's nodes, parents first.
func flattenedNodes(of blob: [UInt8], file: String) throws(DeviceTreeError) -> [DeviceTree.Node] {
  guard blob.count <= Bounds.blobBytes else {
    throw DeviceTreeError(file: file, .exceeds(.blobBytes, Bounds.blobBytes))
  }
  // libfdt requires 8-byte alignment, which an array does not guarantee.
  let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(blob.count, 1), alignment: 8)
  defer { copy.deallocate() }
  copy.copyBytes(from: blob)
  guard let fdt = copy.baseAddress.map(UnsafeRawPointer.init) else { return [] }
  let status = fdt_check_full(fdt, blob.count)
  guard status == 0 else { throw DeviceTreeError(file: file, .malformed(libfdt: status)) }
  // Before version 17, nodes are named differently and the structure block has no length; dtc has
  // written 17 since 2005. fdt_check_full has made sure of the header's 40 bytes.
  let version = blob[20..<24].reduce(0) { $0 << 8 | UInt32($1) }
  guard version >= 17 else { throw DeviceTreeError(file: file, .unsupportedVersion(version)) }
  var reader = FlattenedReader(fdt: fdt, file: file)
  return try reader.readNodes()
}

/// libfdt's name for one of its status codes, such as `FDT_ERR_TRUNCATED`.
func libfdtErrorName(_ status: Int32) -> String {
  guard let text = fdt_strerror(status) else { return "error \(status)" }
  return String(cString: text)
}

private struct FlattenedReader {
  let fdt: UnsafeRawPointer
  let file: String
  var nodes: [DeviceTree.Node] = []
  var pathBytes = 0

  init(fdt: UnsafeRawPointer, file: String) {
    self.fdt = fdt
    self.file = file
  }

  mutating func readNodes() throws(DeviceTreeError) -> [DeviceTree.Node] {
    /// Indices of the open nodes, the root first.
    var open: [Int] = []
    var depth: Int32 = 0
    var offset: Int32 = 0
    repeat {
      guard depth >= 0, depth <= open.count else { throw error(.malformed(libfdt: offset)) }
      open.removeLast(open.count - Int(depth))
      guard depth < Bounds.depth else {
        throw error(.exceeds(.depth, Bounds.depth), at: open.last)
      }
      guard nodes.count < Bounds.nodes else { throw error(.exceeds(.nodes, Bounds.nodes)) }
      let index = nodes.count
      let parent = open.last
      let node = try readNode(at: offset, index: index, parent: parent)
      if let parent { nodes[parent].children.append(index) }
      nodes.append(node)
      open.append(index)
      offset = fdt_next_node(fdt, offset, &depth)
    } while offset >= 0 && depth >= 0
    // After the root, libfdt returns NOTFOUND or a negative depth.
    guard offset >= 0 || offset == -FDT_ERR_NOTFOUND else {
      throw error(.malformed(libfdt: offset))
    }
    return nodes
  }

  private mutating func readNode(
    at offset: Int32, index: Int, parent: Int?
  ) throws(DeviceTreeError) -> DeviceTree.Node {
    var length: Int32 = 0
    guard let nameBytes = fdt_get_name(fdt, offset, &length), length >= 0 else {
      throw error(.malformed(libfdt: length), at: parent)
    }
    guard length <= Bounds.nameBytes else {
      throw error(.exceeds(.nameBytes, Bounds.nameBytes), at: parent)
    }
    var path = "/"
    let name = parent == nil ? "" : text(nameBytes, Int(length))
    if let parent { path = (parent == 0 ? "" : nodes[parent].path) + "/" + name }
    pathBytes += path.utf8.count
    guard pathBytes <= Bounds.pathBytes else {
      throw error(.exceeds(.pathBytes, Bounds.pathBytes), at: parent)
    }
    var node = DeviceTree.Node(
      name: name, path: path, index: index, parent: parent, children: [], properties: [])
    var property = fdt_first_property_offset(fdt, offset)
    while property >= 0 {
      node.properties.append(try readProperty(at: property, of: path))
      property = fdt_next_property_offset(fdt, property)
    }
    guard property == -FDT_ERR_NOTFOUND else {
      throw DeviceTreeError(file: file, node: path, .malformed(libfdt: property))
    }
    return node
  }

  private func readProperty(
    at offset: Int32, of path: String
  ) throws(DeviceTreeError) -> DeviceTree.Property {
    var length: Int32 = 0
    var name: UnsafePointer<CChar>?
    let value = fdt_getprop_by_offset(fdt, offset, &name, &length)
    guard let value, let name, length >= 0 else {
      throw DeviceTreeError(file: file, node: path, .malformed(libfdt: length))
    }
    // The string is NUL-terminated inside the blob, which fdt_check_full has checked.
    let nameLength = boundedLength(name)
    guard nameLength <= Bounds.nameBytes else {
      throw DeviceTreeError(file: file, node: path, .exceeds(.nameBytes, Bounds.nameBytes))
    }
    return DeviceTree.Property(
      name: text(name, nameLength),
      bytes: Array(UnsafeRawBufferPointer(start: value, count: Int(length))))
  }

  private func boundedLength(_ name: UnsafePointer<CChar>) -> Int {
    var length = 0
    while length <= Bounds.nameBytes, name[length] != 0 { length += 1 }
    return length
  }

  private func text(_ start: UnsafePointer<CChar>, _ count: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }

  private func error(_ problem: DeviceTreeError.Problem, at node: Int? = nil) -> DeviceTreeError {
    DeviceTreeError(file: file, node: node.map { nodes[$0].path }, problem)
  }
}
