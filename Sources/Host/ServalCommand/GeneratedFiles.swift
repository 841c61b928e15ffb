// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import ELFImage
import HostIO
import Records
import Subsystems
import SystemModel
import Traps

/// Everything that `generate` writes. It is complete in memory before the first write, so an error
/// leaves nothing half-written.
struct GeneratedFiles {
  struct MissingImage: Hashable, Sendable {
    var domain: String
    var file: String
  }

  /// Names and contents, in the order of writing. The system file is last, so that it never names a
  /// missing image.
  private(set) var files: [(name: String, bytes: [UInt8])] = []
  /// Names of those that only their owner may read.
  private let secrets: Set<String>
  private let hasImages: Bool
  private let recordCount: Int

  /// - Parameters:
  ///   - images: directory of the source images; nil writes records as files.
  ///   - kernel: what images must know about the kernel that they will run on.
  ///   - board: whose processors they must know.
  init(
    layout: SystemLayout, name: String, text: String, images: String?, kernel: KernelABI,
    board: Board
  ) throws {
    hasImages = images != nil
    recordCount = layout.records.count
    secrets = Set(
      layout.records.filter(\.isSecret).map { images == nil ? $0.fileName : "\($0.domain).elf" })
    if let images {
      let abi = kernel.record(hasCryptographicExtension: board.hasCryptographicExtension)
      files = try Self.patchedImages(
        layout, name, from: images, abi: abi.bytes, reportsTraps: kernel.canPrint)
    } else {
      files = layout.records.map { ($0.fileName, $0.bytes) }
    }
    files.append(("\(name).system", Array(text.utf8)))
  }

  private static func patchedImages(
    _ layout: SystemLayout, _ system: String, from directory: String, abi: [UInt8],
    reportsTraps: Bool
  ) throws -> [(name: String, bytes: [UInt8])] {
    let missing = layout.images.filter { !Files.exists("\(directory)/\($0.source)") }
    if !missing.isEmpty {
      throw GenerateError.missingImages(
        missing.map { .init(domain: $0.domain, file: $0.source) }, directory: directory)
    }
    let sources = try layout.images.map { image in
      let path = "\(directory)/\(image.source)"
      return (image.domain, try ELFImage(Files.read(path), name: path))
    }
    let unmet = sources.flatMap { domain, elf in
      ImageNeeds(of: elf).unmet(in: layout, of: domain, image: elf.name).map {
        UnmetNeed(domain: $0.domain, image: $0.image, kind: $0.kind, system: system)
      }
    }
    if !unmet.isEmpty { throw GenerateError.unmetNeeds(unmet) }
    let symbolizer = Symbolizer.find(searchPath: Environment["PATH"] ?? "")
    return try sources.map { domain, source in
      var elf = source
      // C programs have no sections for Serval's own records, whose contents are compiled into
      // them.
      func has(_ section: String) -> Bool { elf.sections.contains { $0.name == section } }
      for record in layout.records where record.domain == domain {
        if record.isServalsOwn, !has(record.section) { continue }
        try elf.patch(section: record.section, with: record.bytes)
      }
      let section = "\(RuntimeABI.section)"
      if has(section) { try elf.patch(section: section, with: abi) }
      if reportsTraps { try elf.reportTraps(symbolizer) }
      return ("\(domain).elf", elf.bytes)
    }
  }

  /// Writes all files. A new directory appears complete; in an existing one, unchanged files are
  /// left alone, so that make does not rebuild what depends on them.
  func write(to directory: String) throws {
    if !Files.exists(directory) {
      return try Files.createDirectory(directory, holding: files, secrets: secrets)
    }
    try Files.makeDirectory(directory)
    for file in files {
      try Files.update(
        "\(directory)/\(file.name)", with: file.bytes, isSecret: secrets.contains(file.name))
    }
  }

  func summary(directory: String, sdk: SDKVersion, board: Board) -> String {
    let system = files.last?.name ?? ""
    let rest =
      hasImages ? "\(files.count - 1) patched images" : "\(recordCount) records"
    return "\(directory)/\(system) for \(board.name), Microkit SDK \(sdk), with \(rest)\n"
  }
}
