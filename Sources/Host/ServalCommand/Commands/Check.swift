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

  @OptionGroup var target: TargetOption

  @Option(
    name: .customLong("search-path"),
    help: ArgumentHelp(
      "Directory of PD images, and of files that prefill regions, to check as well; may be repeated.",
      valueName: "directory"),
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
    let targets = try target.targets(sdk, sdkAt: self.sdk.path(of: sdk))
    for path in searchPaths where !Files.isDirectory(path) {
      throw CheckError.noDirectory(path)
    }
    let bytes = try Files.read(file)
    var (findings, summary) = verdict(on: bytes, sdk, targets)
    if strict { for index in findings.indices { findings[index].severity = .error } }
    let renderer = FindingRenderer(format: format, colour: Terminal.outputUsesColour)
    Terminal.print(renderer.render(findings))
    let errors = findings.count { $0.severity == .error }
    if format == .text {
      let counts = "\(count(errors, "error")), \(count(findings.count - errors, "warning"))"
      Terminal.printError(printable("\(file): \(counts); \(summary)") + "\n")
    }
    if errors > 0 { throw ExitCode(1) }
  }

  private func verdict(
    on bytes: [UInt8], _ sdk: SDKVersion, _ targets: [Target]
  ) -> (findings: [Finding], summary: String) {
    let verdict: TargetVerdict
    do throws(XMLError) {
      verdict = try TargetVerdict(
        bytes, file: file, sdk: sdk, targets: targets,
        searchPath: searchPaths.isEmpty ? nil : SearchPath(searchPaths, sdk: sdk))
    } catch {
      return (error.findings, "would be rejected by Microkit \(sdk)")
    }
    if !verdict.isAccepted, let other = otherSDK(accepting: bytes, file: file, than: sdk) {
      let summary =
        "\(verdict.summary(sdk)); Microkit \(other) would take it: give --sdk \(other)"
        + (other < sdk ? ", or convert it with serval convert --to \(sdk)" : "")
      return (verdict.result.findings, summary)
    }
    let result = verdict.result
    guard let system = result.description else { return (result.findings, verdict.summary(sdk)) }
    var findings = result.findings
    var summary = verdict.summary(sdk)
    if result.isAccepted, !searchPaths.isEmpty {
      let images = imageFindings(system, sdk, verdict)
      findings += images
      if images.contains(where: { $0.severity == .error }) {
        summary = "would be rejected by Microkit \(sdk)"
      }
    }
    if result.isAccepted, searchPaths.isEmpty,
      system.memoryRegions.contains(where: { $0.prefillPath != nil })
    {
      summary += "; its prefill files were not looked at, because there is no --search-path"
    }
    let keys = KeyPolicy(searchPaths: searchPaths)
    let warnings =
      (searchPaths.isEmpty ? [] : keys.findings(system))
      + lint(system, sdk: sdk, target: result.target, broken: result.broken)
    if strict, !warnings.isEmpty { summary = "not clean by Microkit \(sdk)" }
    return (findings + warnings, summary)
  }

  /// The images are for one of the targets that take the file; those findings count that are fewest.
  private func imageFindings(
    _ system: SystemDescription, _ sdk: SDKVersion, _ verdict: TargetVerdict
  ) -> [Finding] {
    var seen: Set<Target.Architecture> = []
    let targets = verdict.results.filter(\.isAccepted).map(\.target)
      .filter { seen.insert($0.architecture).inserted }
    let candidates = targets.map {
      checkImages(system, file: file, sdk: sdk, target: $0, searchPaths: searchPaths)
    }
    return candidates.min { $0.count < $1.count } ?? []
  }

  private func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}

enum CheckError: Error, Hashable {
  case noDirectory(String)
}

extension CheckError: DiagnosableError {
  var findings: [Finding] {
    switch self {
    case .noDirectory(let path):
      [
        Finding(
          rule: "option", at: .option("--search-path"), "there is no directory '\(path)'",
          fix: "give a directory that holds images")
      ]
    }
  }
}
