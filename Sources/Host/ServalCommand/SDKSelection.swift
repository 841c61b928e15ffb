// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Diagnostics
import HostIO
import SystemModel

extension SDKName: ExpressibleByArgument {
  /// Reads an option's value; nil for what is not a supported version.
  public init?(argument: String) { self.init(argument) }
}

extension SDKVersion: ExpressibleByArgument {}

/// The option for the SDK.
struct SDKOption: ParsableArguments {
  @Option(
    name: .customLong("sdk"),
    help: ArgumentHelp(
      "Microkit SDK version: \(SDKVersion.allCases.map(\.rawValue).joined(separator: ", ")).",
      discussion: """
        By default the SDK at MICROKIT_SDK, else the newest. Development versions such as \
        \(SDKVersion.newest)-dev and newer releases get the rules of the last known one before them.
        """,
      valueName: "version"))
  var name: SDKName?

  /// The version to work with. Says so if it only stands for the one that was asked for.
  func resolve() throws -> SDKVersion { try chosen().announced() }

  /// The unpacked SDK at MICROKIT_SDK, if it has this version.
  func path(of version: SDKVersion) -> String? {
    guard let path = Environment["MICROKIT_SDK"], !path.isEmpty else { return nil }
    return (try? SDKName(ofSDKAt: path))?.version == version ? path : nil
  }

  /// The SDK that was asked for, without a note.
  private func chosen() throws -> SDKName {
    if let name { return name }
    guard let path = Environment["MICROKIT_SDK"], !path.isEmpty else { return SDKName(.newest) }
    return try SDKName(ofSDKAt: path)
  }
}

extension KernelConfiguration: ExpressibleByArgument {}

/// The option for the kernel's configuration.
struct ConfigurationOption: ParsableArguments {
  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "Kernel configuration: \(KernelConfiguration.allCases.map(\.rawValue).joined(separator: ", ")).",
      discussion: "By default MICROKIT_CONFIG, else debug.", valueName: "name"))
  var name: KernelConfiguration?

  func resolve() throws -> KernelConfiguration {
    if let name { return name }
    guard let text = Environment["MICROKIT_CONFIG"], !text.isEmpty else { return .debug }
    guard let found = KernelConfiguration(rawValue: text) else {
      throw SDKError.unknownConfiguration(text)
    }
    return found
  }
}

extension SDKName {
  /// The version to work with. Says so if it only stands for this one.
  func announced() -> SDKVersion {
    if !isKnown {
      Terminal.printError("note: Microkit SDK \(text) is not known; taken for \(version)\n")
    }
    return version
  }

  /// Reads the version of an unpacked SDK from its file VERSION, which SDKs before 2.0 do not have.
  init(ofSDKAt path: String) throws {
    guard Files.isDirectory("\(path)/board") else { throw SDKError.notAnSDK(path: path) }
    guard Files.exists("\(path)/VERSION") else {
      self.init(.v1_4_1)
      return
    }
    let bytes = try Files.read("\(path)/VERSION", limit: 4096)
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    let text = words.first.map(String.init) ?? ""
    guard let name = SDKName(text) else {
      throw SDKError.unknownVersion(path: path, version: text)
    }
    self = name
  }
}

enum SDKError: Error, Hashable {
  case notAnSDK(path: String)
  case unknownVersion(path: String, version: String)
  case unknownConfiguration(String)
}

extension SDKError: DiagnosableError {
  var findings: [Finding] {
    let known = SDKVersion.allCases.map(\.rawValue).joined(separator: ", ")
    switch self {
    case .notAnSDK(let path):
      return [
        Finding(
          rule: "sdk", at: .option("MICROKIT_SDK"), "'\(path)' has no directory 'board'",
          fix: "set it to an unpacked Microkit SDK, or choose a version with --sdk")
      ]
    case .unknownVersion(let path, let version):
      return [
        Finding(
          rule: "sdk", at: .file("\(path)/VERSION"), "version '\(version)' is not known",
          fix: "choose one of \(known) with --sdk")
      ]
    case .unknownConfiguration(let name):
      let names = KernelConfiguration.allCases.map { $0.rawValue }
      return [
        Finding(
          rule: "config", at: .option("MICROKIT_CONFIG"), "there is no configuration '\(name)'",
          fix: "set it to one of \(names.joined(separator: ", "))")
      ]
    }
  }
}
