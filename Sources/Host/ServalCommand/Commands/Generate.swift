// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import Diagnostics
import HostIO
import Subsystems
import SystemChecks
import SystemModel
import SystemXML
import Targets

struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Writes a system's .system file, and its records or patched images.",
    discussion: """
      Without --images, each record becomes a file for objcopy --update-section. With it, every \
      protection domain gets a copy of its image that contains its records. \
      Systems: \(ServalTool.systems.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")).
      """)

  @Argument(help: "System.", completion: .list(ServalTool.systemNames))
  var system: String

  @OptionGroup var target: BoardOption
  @OptionGroup var sdk: SDKOption
  @OptionGroup var kernel: ConfigurationOption
  @OptionGroup var placement: PlacementOption

  @Option(
    help: ArgumentHelp("Directory of the protection domains' ELF images.", valueName: "directory"),
    completion: .directory)
  var images: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Directory to write to; created if necessary.", valueName: "directory"),
    completion: .directory)
  var output: String

  @Option(
    name: .customLong("mac"),
    help: ArgumentHelp(
      "MAC address of a network client; may be repeated.", valueName: "client=address"))
  var macAddresses: [String] = []

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Choose a value for one of the system's options; may be repeated.",
      discussion: Self.optionHelp, valueName: "name=value"))
  var choices: [String] = []

  @OptionGroup var credentials: CredentialOptions

  @Option(help: ArgumentHelp("The same as --set nfs-server=ADDRESS.", valueName: "address"))
  var nfsServer: String?

  @Option(help: ArgumentHelp("The same as --set nfs-directory=PATH.", valueName: "path"))
  var nfsDirectory: String?

  @Option(help: ArgumentHelp("The same as --set website-dir=PATH.", valueName: "path"))
  var websiteDir: String?

  func run() throws {
    let template = try findSystem()
    let (board, tree) = try target.resolve()
    let sdk = try sdk.resolve()
    let credentials = try credentials.read()
    let choices = try SystemChoices(
      for: template, values: try chosenValues(),
      macAddresses: try pairs(macAddresses, option: "--mac"),
      environment: Environment.values(of: template.options.compactMap(\.variable)),
      credentials: credentials)
    let configuration = try kernel.resolve()
    var layout = try template.layout(
      board: board, tree: tree, drivers: ServalTool.drivers, choices)
    if !credentials.isEmpty, !layout.hasSigner {
      let hasOption = template.options.contains { $0.name == "https" }
      throw CredentialError.unused(system: template.name, hasOption: hasOption)
    }
    let places = try placement.resolve(
      try pairs(placement.places, option: "--place"), board: board, sdk: sdk, configuration)
    try places?.apply(to: &layout.description)
    let text = try SystemXMLRenderer(sdk: sdk).render(layout.description)
    try verify(text, sdk, board, configuration)
    let files = try GeneratedFiles(
      layout: layout, name: template.name, text: text, images: images,
      kernel: KernelABI(sdk, configuration), board: board)
    try files.write(to: output)
    Terminal.print(files.summary(directory: output, sdk: sdk, board: board))
  }

  /// Makes sure that nothing is written that the Microkit tool would reject: subsystems prevent
  /// most of it, but a system's own regions and channels may clash.
  private func verify(
    _ text: String, _ sdk: SDKVersion, _ board: Board, _ kernel: KernelConfiguration
  ) throws {
    // Only multicore kernels differ in what a system may say.
    var target: Target?
    if kernel.isMulticore, SDKBoard.all.contains(where: { $0.name == board.name }) {
      target = try .of(board: board.name, configuration: kernel.rawValue, sdk: sdk)
    }
    let result = try check(Array(text.utf8), file: "\(system).system", sdk: sdk, target: target)
    let errors = result.findings.filter { $0.severity == .error }
    if !errors.isEmpty { throw FindingsError(errors) }
  }

  private func findSystem() throws -> any SystemTemplate.Type {
    guard let found = ServalTool.systems.first(where: { $0.name == system }) else {
      throw GenerateError.unknownSystem(system, known: ServalTool.systemNames)
    }
    return found
  }

  private func chosenValues() throws -> [String: String] {
    var values = try pairs(choices, option: "--set")
    for (name, value) in [
      ("nfs-server", nfsServer), ("nfs-directory", nfsDirectory), ("website-dir", websiteDir),
    ] {
      guard let value else { continue }
      if let other = values[name], other != value {
        throw GenerateError.chosenTwice(option: "--\(name)", other, value)
      }
      values[name] = value
    }
    return values
  }

  private func pairs(_ texts: [String], option: String) throws -> [String: String] {
    var result: [String: String] = [:]
    for text in texts {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw GenerateError.notAPair(option: option, text)
      }
      let (name, value) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
      if let other = result.updateValue(value, forKey: name) {
        throw GenerateError.chosenTwice(option: "\(option) \(name)", other, value)
      }
    }
    return result
  }

  private static var optionHelp: String {
    ServalTool.systems.filter { !$0.options.isEmpty }.map { template in
      "\(template.name): "
        + template.options.map { option in
          let source =
            option.variable.map { ", or from \($0)" }
            ?? option.defaultValue.map { ", by default \($0)" } ?? ""
          return "\(option.name) (\(option.purpose)\(source))"
        }.joined(separator: "; ")
    }.joined(separator: ". ")
  }
}

enum GenerateError: Error, Hashable {
  case unknownSystem(String, known: [String])
  case notAPair(option: String, String)
  case chosenTwice(option: String, String, String)
  case missingImages([GeneratedFiles.MissingImage], directory: String)
  case unmetNeeds([UnmetNeed])
}

extension GenerateError: DiagnosableError {
  var findings: [Finding] {
    switch self {
    case .unknownSystem(let name, let known):
      let guess = nearestName(to: name, in: known)
      return [
        Finding(
          rule: "option", "there is no system '\(name)'",
          fix: guess.map { "did you mean '\($0)'?" }
            ?? "the systems are \(known.joined(separator: ", "))")
      ]
    case .notAPair(let option, let text):
      return [
        Finding(
          rule: "option", at: .option(option), "'\(text)' is not of the form name=value",
          fix: "separate name and value with an equals sign")
      ]
    case .chosenTwice(let option, let first, let second):
      return [
        Finding(
          rule: "option", at: .option(option), "given twice, as '\(first)' and '\(second)'",
          fix: "give it once")
      ]
    case .missingImages(let missing, let directory):
      return missing.map {
        Finding(
          rule: "missing-image", at: .file("\(directory)/\($0.file)"),
          "there is no image for protection domain '\($0.domain)'",
          fix: "build it, or leave --images out to get the records as files")
      }
    case .unmetNeeds(let needs):
      return needs.map(\.finding)
    }
  }
}
