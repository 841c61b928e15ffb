// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Diagnostics
import HostIO
import Subsystems

/// `--certificate` and `--key`, in pairs.
struct CredentialOptions: ParsableArguments {
  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "PEM file with a certificate and its chain, for HTTPS; may be repeated, for several names.",
      valueName: "file"), completion: .file())
  var certificates: [String] = []

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp(
      "PEM file with the private key of the certificate in the same place: PKCS#8, SEC 1 or PKCS#1.",
      valueName: "file"), completion: .file())
  var keys: [String] = []

  /// Reads the files, with the program serval-certificates.
  func read() throws -> [ServerCredential] {
    guard certificates.count == keys.count else {
      throw CredentialError.unpaired(certificates: certificates.count, keys: keys.count)
    }
    if !keys.isEmpty { CoreDumps.forbid() }
    return try zip(certificates, keys).map { certificate, key in
      // Their names are looked at first: the program would take "-" for standard input.
      for file in [certificate, key] { _ = try Files.length(file) }
      let bundle = try CompanionProgram.certificates.readSecret([
        "bundle", "--certificate=\(certificate)", "--key=\(key)",
      ])
      guard let credential = ServerCredential(bundle: bundle) else {
        throw CredentialError.otherVersion
      }
      return credential
    }
  }
}

enum CredentialError: Error, Hashable {
  /// Not as many certificates as keys.
  case unpaired(certificates: Int, keys: Int)
  /// The system has no HTTPS.
  case unused(system: String, hasOption: Bool)
  /// serval-certificates printed something unknown.
  case otherVersion
}

extension CredentialError: DiagnosableError {
  var findings: [Finding] {
    switch self {
    case .unpaired(let certificates, let keys):
      let missing = certificates > keys ? "--key" : "--certificate"
      return [
        Finding(
          rule: "option", at: .option(missing),
          "given \(min(certificates, keys)) times, and \(certificates > keys ? "--certificate" : "--key") \(max(certificates, keys)) times",
          fix: "give each certificate its key, in the same order")
      ]
    case .unused(let system, let hasOption):
      return [
        Finding(
          rule: "option", at: .option("--certificate"), "the system has no HTTPS",
          fix: hasOption
            ? "add --set https=443, or leave --certificate and --key out"
            : "leave --certificate and --key out: system '\(system)' cannot have it")
      ]
    case .otherVersion:
      return [
        Finding(
          rule: "missing-program", at: .file("serval-certificates"),
          "it is of another version than serval",
          fix: "build it with 'swift build --product serval-certificates'")
      ]
    }
  }
}
