// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser

struct CertificateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate",
    abstract: "Makes a private key, and a certificate for it that no authority has signed.",
    discussion: """
      Writes certificate.pem and key.pem; only their owner can read the key. Files that are there \
      are not replaced. Browsers accept the certificate once they are told to trust it. \
      The work is done by a separate program, serval-certificates.
      """)

  @Argument(help: "Host names and IP addresses of the server.")
  var names: [String]

  @Option(help: "Days for which the certificate is valid, 1 to 3650.")
  var days = 365

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Directory to write to; created if necessary.", valueName: "directory"),
    completion: .directory)
  var output = "."

  func run() throws {
    try CompanionProgram.certificates.start(
      ["make", "--days", "\(days)", "--output", output, "--"] + names)
  }
}
