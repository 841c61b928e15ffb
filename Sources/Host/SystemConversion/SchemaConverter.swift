// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import HostIO
import SystemChecks
import SystemModel
import SystemXML

/// Goes through the elements of a file that the source SDK accepts, and edits what the target
/// writes differently or not at all.
struct SchemaConverter {
  let source: SDKVersion
  let target: SDKVersion
  /// As the source SDK reads it.
  let system: SystemDescription
  let domains: [String: ProtectionDomain]
  let regions: [String: MemoryRegion]
  /// Domains that a peer may call.
  let callees: Set<String>
  let searchPath: SearchPath?
  var edits: TextEdits
  /// What the target cannot express, in the order of the file.
  var losses: [Loss] = []
  /// What remains to be said, whether or not losses are accepted.
  var findings: [Finding] = []

  init(
    _ system: SystemDescription, _ bytes: [UInt8], from source: SDKVersion, to target: SDKVersion,
    searchPath: SearchPath?
  ) {
    self.system = system
    self.source = source
    self.target = target
    self.searchPath = searchPath
    domains = Dictionary(
      system.allProtectionDomains.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    regions = Dictionary(
      system.memoryRegions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    callees = Set(
      system.channels.flatMap { channel in
        (channel.a.mayCall ? [channel.b.domain] : [])
          + (channel.b.mayCall ? [channel.a.domain] : [])
      })
    edits = TextEdits(bytes)
  }

  /// Converts a whole file.
  mutating func convert(_ root: XMLElement) {
    var channels = system.channels[...]
    for child in root.children {
      switch child.name {
      case "memory_region": memoryRegion(child)
      case "protection_domain": protectionDomain(child, parent: nil)
      case "channel":
        // The source accepts the file, so the model has each of its channels.
        if let channel = channels.popFirst() { self.channel(child, channel) }
      case "domains":
        dropElement(
          child, since: .v2_3_0, "the protection domains would share the time by priority alone")
      case "io_address_space":
        let name = child.attribute("name")?.value ?? ""
        dropElement(
          child, since: .v2_3_0, "the device of '\(name)' could not reach memory by the IOMMU")
      default: break
      }
    }
  }

  // MARK: What an SDK lacks

  mutating func lose(
    _ feature: String, at location: SourceLocation, _ consequence: String, remedy: String? = nil
  ) {
    losses.append(
      Loss(location: location, feature: feature, consequence: consequence, remedy: remedy))
  }

  /// Removes an element if the target is older than it.
  mutating func dropElement(
    _ element: XMLElement, since: SDKVersion, _ consequence: String, remedy: String? = nil
  ) {
    guard target < since else { return }
    edits.remove(element)
    lose("<\(element.name)>", at: element.location, consequence, remedy: remedy)
  }

  /// Removes an attribute if the target is older than it.
  ///
  /// - Parameter consequence: of its loss; nil if the value is what the target does anyway.
  mutating func dropAttribute(
    _ name: String, of element: XMLElement, since: SDKVersion, _ consequence: String?,
    remedy: String? = nil
  ) {
    guard target < since else { return }
    removeAttribute(name, of: element)
    guard let attribute = element.attribute(name), let consequence else { return }
    lose(name, at: attribute.location, consequence, remedy: remedy)
  }

  /// Removes an attribute, also one of that name in a namespace, which tools check by name too.
  mutating func removeAttribute(_ name: String, of element: XMLElement) {
    for attribute in element.attributes where attribute.name == name { edits.remove(attribute) }
  }

  /// Removes an attribute that names a symbol for the tool to set.
  mutating func dropSymbol(
    _ name: String, of element: XMLElement, since: SDKVersion, in domain: String, value: String?
  ) {
    let symbol = element.attribute(name)?.value ?? ""
    dropAttribute(
      name, of: element, since: since, "symbol '\(symbol)' of '\(domain)' would not be set",
      remedy: value.map { "initialise '\(symbol)' to \($0) in the program" })
  }

  // MARK: Memory

  private mutating func memoryRegion(_ element: XMLElement) {
    let name = element.attribute("name")?.value ?? ""
    let page = regions[name]?.pageSize ?? .small
    if let path = element.attribute("prefill_path")?.value, target < .v2_2_0 {
      if element.attribute("size") == nil { sizeByFile(path, page, of: element) }
      dropAttribute(
        "prefill_path", of: element, since: .v2_2_0,
        "'\(name)' would start with zeros, not with the contents of '\(path)'")
    }
    if let kind = element.attribute("prefill_bootinfo")?.value, target < .v2_3_0 {
      if element.attribute("size") == nil {
        edits.add("size", page.byteCount.description, to: element)
      }
      dropAttribute(
        "prefill_bootinfo", of: element, since: .v2_3_0,
        "'\(name)' would start with zeros, not with the boot information '\(kind)'")
    }
  }

  /// Writes down the size that the Microkit tool takes from a file.
  private mutating func sizeByFile(
    _ path: String, _ page: MemoryRegion.PageSize, of element: XMLElement
  ) {
    if let file = searchPath?.find(path), let length = try? Files.length(file), length > 0,
      let size = ByteCount(length).roundedUp(to: page.byteCount)
    {
      edits.add("size", size.description, to: element)
      return
    }
    findings.append(
      Finding(
        rule: "unsupported-by-sdk", at: .source(element.location),
        "Microkit \(target) needs a size, which only the file '\(path)' tells",
        fix: "give its directory with --search-path, or write the size into the file"))
  }
}
