// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import HostIO
import SystemChecks
import SystemModel
import SystemReports

struct Graph: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draws a system: protection domains, rights, channels and shared memory.",
    discussion:
      "The output's extension determines the format: .svg, .png or .pdf (drawn by Graphviz), .dot or .gv."
  )

  @Argument(help: "System file.", completion: .file(extensions: ["system", "xml"]))
  var file: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("File to write.", valueName: "file"),
    completion: .file(extensions: GraphFormat.allCases.map(\.rawValue)))
  var output: String

  @Option(
    name: .customLong("sdk"),
    help: ArgumentHelp(
      "Microkit SDK version; by default the newest that accepts the file.", valueName: "version"))
  var sdk: SDKVersion?

  @OptionGroup var prefill: PrefillOption

  @Flag(help: "Show every region, instead of grouping those with the same users.")
  var everyRegion = false

  @Flag(help: "Leave shared memory out.")
  var noMemory = false

  func run() throws {
    let (system, sdk) = try loadSystem(Files.read(file), file: file, sdk: sdk)
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let options = GraphOptions(
      title: name, showsMemory: !noMemory, everyRegion: everyRegion, sdk: sdk)
    try writeGraph(graph(prefill.sized(system), options: options), to: output)
  }
}
