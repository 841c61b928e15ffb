// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Diagnostics
import HostIO
import SystemConversion
import SystemModel

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Writes a system file in the schema of another Microkit SDK.",
    discussion: """
      Edits only what the other SDK writes differently: comments, order and formatting stay. What \
      it cannot express is listed, and nothing is written, unless --lossy says to leave it out. \
      'serval diff' shows no difference between both files if nothing was left out. \
      Exit status: 0 if a file was written; 1 if not; 2 if the file cannot be read.
      """)

  @Argument(help: "System file.", completion: .file(extensions: ["system", "xml"]))
  var file: String

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp(
      "Microkit SDK version of the file; by default the newest that accepts it.",
      valueName: "version"))
  var source: SDKName?

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp(
      "Microkit SDK version to convert to: \(SDKVersion.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "version"))
  var target: SDKName

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("File to write; by default standard output.", valueName: "file"),
    completion: .file(extensions: ["system"]))
  var output: String?

  @Flag(help: "Leave out what the other SDK cannot express.")
  var lossy = false

  @Option(
    name: .customLong("search-path"),
    help: ArgumentHelp(
      "Directory of files that prefill regions, for their sizes; may be repeated.",
      valueName: "directory"),
    completion: .directory)
  var searchPaths: [String] = []

  func run() throws {
    let conversion = try convert(
      Files.read(file), file: file, from: source?.announced(), to: target.announced(),
      isLossy: lossy, searchPaths: searchPaths)
    Terminal.reportErrors(conversion.findings)
    Terminal.printError(summary(conversion))
    guard conversion.isComplete else { throw ExitCode(1) }
    if let output {
      try Files.replace(output, with: conversion.bytes)
    } else {
      Terminal.print(String(decoding: conversion.bytes, as: UTF8.self))
    }
  }

  private func summary(_ conversion: Conversion) -> String {
    let errors = conversion.findings.count { $0.severity == .error }
    let step = "\(file): Microkit \(conversion.source) to \(conversion.target)"
    func count(_ number: Int, _ noun: String) -> String {
      "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
    return errors == 0
      ? "\(step): \(count(conversion.changes, "change"))\n"
      : "\(step): \(count(errors, "obstacle")), nothing written\n"
  }
}
