// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import HostIO
import SystemChecks
import SystemModel
import SystemReports

extension HeaderLanguage: ExpressibleByArgument {}

struct Header: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "header",
    abstract: "Writes a system's identifiers and addresses as constants for its programs.",
    discussion: """
      For each protection domain: the identifiers of channels, interrupts, I/O ports, children and \
      virtual CPUs, the addresses, sizes and permissions of its regions, and its priority. \
      docs/headers.md shows how to use them.
      """)

  @Argument(help: "System file.", completion: .file(extensions: ["system", "xml"]))
  var file: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Programming language of the constants.", valueName: "name"))
  var language: HeaderLanguage

  @Option(
    help: ArgumentHelp("Only this protection domain; by default all.", valueName: "name"))
  var pd: String?

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "Name to give the domain of --pd, for a program that several domains run.", valueName: "name")
  )
  var alias: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "File to write, or directory for a file for each domain; by default standard output.",
      discussion: "A directory exists already, or ends with a slash.", valueName: "path"),
    completion: .file())
  var output: String?

  @Option(
    name: .customLong("sdk"),
    help: ArgumentHelp(
      "Microkit SDK version; by default the newest that accepts the file.", valueName: "version"))
  var sdk: SDKVersion?

  @OptionGroup var prefill: PrefillOption

  func validate() throws {
    if alias == nil { return }
    if pd == nil { throw ValidationError("--as is the name of one domain: choose it with --pd") }
    if language == .rust {
      throw ValidationError(
        "leave out --as: the file for one domain is a Rust module, which 'mod' names")
    }
  }

  func run() throws {
    let (system, _) = try loadSystem(Files.read(file), file: file, sdk: sdk)
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let header = SystemHeader(prefill.sized(system), fileName: name, language: language)
    let one = try pd.map { try header.file(for: $0, as: alias) }
    guard let output else { return Terminal.print(one?.text ?? header.text) }
    guard output.hasSuffix("/") || Files.isDirectory(output) else {
      return try Files.update(output, with: Array((one?.text ?? header.text).utf8))
    }
    let files = (one.map { [$0] } ?? header.files)
      .map { (name: $0.name, bytes: Array($0.text.utf8)) }
    guard Files.isDirectory(output) else {
      return try Files.createDirectory(output, holding: files)
    }
    for file in files { try Files.update("\(output)/\(file.name)", with: file.bytes) }
  }
}
