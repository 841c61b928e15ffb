// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import HostIO
import SystemChecks
import SystemModel
import SystemReports

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Shows how two systems differ, whatever the order of their files.",
    discussion: """
      What a file leaves out has the default of its SDK. \
      Exit status: 0 for equal systems, 1 for different ones, 2 if one cannot be read.
      """)

  @Argument(help: "System file.", completion: .file(extensions: ["system", "xml"]))
  var before: String

  @Argument(
    help: "System file to compare with it.", completion: .file(extensions: ["system", "xml"]))
  var after: String

  @Option(
    name: .customLong("sdk"),
    help: ArgumentHelp(
      "Microkit SDK version of both; by default each has the newest that accepts it.",
      valueName: "version"))
  var sdk: SDKVersion?

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp("Microkit SDK version of the first file.", valueName: "version"))
  var oldSDK: SDKName?

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("Microkit SDK version of the second file.", valueName: "version"))
  var newSDK: SDKName?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let old = try loadSystem(Files.read(before), file: before, sdk: oldSDK?.announced() ?? sdk)
    let new = try loadSystem(Files.read(after), file: after, sdk: newSDK?.announced() ?? sdk)
    let changes = diff(old.description, new.description, sdk: old.sdk, afterSDK: new.sdk)
    let renderer = ChangeRenderer(colour: Terminal.outputUsesColour)
    Terminal.print(json ? renderer.json(changes) : renderer.text(changes))
    if !changes.isEmpty { throw ExitCode(1) }
  }
}
