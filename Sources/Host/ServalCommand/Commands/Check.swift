// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import Diagnostics
import HostIO
import SystemChecks
import SystemModel
import SystemXML

extension FindingRenderer.Format: ExpressibleByArgument {}

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract:
      "Finds everything in a system file that the Microkit tool would reject or a reviewer would question.",
    discussion: """
      Errors are what that SDK's tool rejects; warnings are lints, which --strict turns into errors. \
      Exit status: 0 without errors, 1 with errors, 2 if the file cannot be read.
      """)

  @Argument(help: "System file.", completion: .file(extensions: ["system", "xml"]))
  var file: String

  @OptionGroup var sdk: SDKOption

  @Option(
    help: ArgumentHelp(
      "Board whose memory map distinguishes devices from RAM.", valueName: "board"),
    completion: .list(ServalTool.boardNames))
  var board: String?

  @Option(
    name: .customLong("search-path"),
    help: ArgumentHelp(
      "Directory of PD images to check as well; may be repeated.", valueName: "directory"),
    completion: .directory)
  var searchPaths: [String] = []

  @Flag(help: "Treat lints as errors.")
  var strict = false

  @Option(
    help: ArgumentHelp(
      "text, json, or github for annotations in a GitHub workflow.", valueName: "format"))
  var format = FindingRenderer.Format.text

  func run() throws {
    let sdk = try sdk.resolve()
    let board = try board.map { try ServalTool.board(named: $0) }
    var findings = findings(in: try Files.read(file), sdk, board)
    if strict { for index in findings.indices { findings[index].severity = .error } }
    let renderer = FindingRenderer(format: format, colour: Terminal.outputUsesColour)
    Terminal.print(renderer.render(findings))
    let errors = findings.count { $0.severity == .error }
    if format == .text { Terminal.printError(summary(errors, findings.count - errors, sdk)) }
    if errors > 0 { throw ExitCode(1) }
  }

  private func findings(
    in bytes: [UInt8], _ sdk: SDKVersion, _ board: Board?
  ) -> [Finding] {
    let result: CheckResult
    do throws(XMLError) {
      result = try check(bytes, file: file, sdk: sdk, memory: board?.normalMemorySize)
    } catch {
      return error.findings
    }
    guard let system = result.description else { return result.findings }
    var findings = result.findings
    if result.isAccepted, !searchPaths.isEmpty {
      findings += checkImages(system, file: file, sdk: sdk, searchPaths: searchPaths)
    }
    return findings
      + lint(system, sdk: sdk, target: board?.facts, broken: result.broken)
  }

  private func summary(_ errors: Int, _ warnings: Int, _ sdk: SDKVersion) -> String {
    func count(_ number: Int, _ noun: String) -> String {
      "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
    let verdict = errors == 0 ? "would be taken" : "would be rejected"
    return "\(file): \(count(errors, "error")), \(count(warnings, "warning")); "
      + "\(strict && errors > 0 ? "not clean" : verdict) by Microkit \(sdk)\n"
  }
}

extension Board {
  /// Bytes of normal memory in seL4, its own image included.
  var normalMemorySize: UInt64 {
    normalMemory.reduce(0) { $0 + ($1.upperBound.rawValue - $1.lowerBound.rawValue) }
  }

  /// What is known of the board's addresses and interrupts.
  var facts: Target {
    let tree = try? tree()
    var platform = tree?.platform ?? Platform()
    platform.normalMemory = normalMemory.map { $0.lowerBound.rawValue..<$0.upperBound.rawValue }
    platform.ram += platform.normalMemory
    platform.kernelOwned = kernelDevices.map {
      .init($0.lowerBound.rawValue..<$0.upperBound.rawValue, "the kernel's interrupt controller")
    }
    return Target(board: name, architecture: .aarch64, hasHypervisor: true, platform: platform)
  }
}
