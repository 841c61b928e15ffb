// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Diagnostics
import ELFImage
import HostIO
import SystemChecks
import SystemModel
import SystemReports

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Reports on a system, or decodes the records of an ELF image or record file.",
    discussion: """
      For a system: who has rights over whom, who maps what with which permissions, channels, \
      interrupts, memory. For an ELF image or record: every field by name. The file's first bytes \
      tell which one it is.
      """)

  @Argument(
    help: "System file, ELF image or record file.",
    completion: .file(extensions: ["system", "elf", "data"]))
  var file: String

  @Option(
    name: .customLong("sdk"),
    help: ArgumentHelp(
      "Microkit SDK version; by default the newest that accepts the file.", valueName: "version"))
  var sdk: SDKVersion?

  @OptionGroup var prefill: PrefillOption

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let bytes = try Files.read(file)
    if bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
      try show(
        RecordReport.records(
          in: ELFImage(bytes, name: file, machine: nil), knowing: ServalTool.records),
        nothing: "no record section")
      return
    }
    let records = RecordReport.records(
      inFile: bytes, fileName: file, knowing: ServalTool.records)
    if !records.isEmpty { return try show(records, nothing: "") }
    let (system, sdk) = try loadSystem(bytes, file: file, sdk: sdk)
    let report = SystemReport(prefill.sized(system), sdk: sdk)
    Terminal.print(json ? report.json() : report.text(width: Terminal.width))
  }

  private func show(_ records: [RecordReport], nothing: String) throws {
    if records.isEmpty {
      throw FindingsError([
        Finding(
          rule: "record", at: .file(file), "\(nothing): it is not the image of a protection domain",
          fix: "link the image with its record sections, or name another file")
      ])
    }
    Terminal.print(json ? RecordReport.json(records) : records.map(\.text).joined(separator: "\n"))
  }
}
