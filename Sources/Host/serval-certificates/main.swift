// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The commands that need certificates, as a program of their own: `serval` starts it. The libraries that
// it links make it nine times as large, and take longer to build than all of `serval`.

import ArgumentParser
import Certificates
import Diagnostics
import Glibc
import HostIO

struct Make: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make", abstract: "Makes a key, and a certificate that it signs itself.")

  @Argument(help: "Host names and IP addresses of the server.") var names: [String]
  @Option(help: "Days for which the certificate is valid.") var days = 365
  @Option(help: "Directory for certificate.pem and key.pem.") var output = "."

  func validate() throws {
    guard 1...3650 ~= days else { throw ValidationError("--days is from 1 to 3650") }
  }

  func run() throws {
    let identity = try ServerIdentity.selfSigned(names: names, days: days, now: Int64(time(nil)))
    try IdentityFiles.write(identity, to: output)
    let files = IdentityFiles.names
    print(
      "\(output)/\(files.certificate) and \(output)/\(files.key) for \(names.joined(separator: ", ")), \(days) days"
    )
  }
}

struct Bundle: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract:
      "Checks certificate and key, and prints both as PEM, the key last, as PKCS#8; before them, names and kind of key."
  )

  @Option(help: "PEM file with the certificate and its chain.") var certificate: String
  @Option(help: "PEM file with the private key.") var key: String

  func run() throws {
    print(
      try ServerIdentity(certificate: certificate, key: key, now: Int64(time(nil))).bundle(),
      terminator: "")
  }
}

struct CertificateProgram: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serval-certificates", subcommands: [Make.self, Bundle.self])
}

// Every command has a private key.
CoreDumps.forbid()
do {
  var command = try CertificateProgram.parseAsRoot()
  try command.run()
} catch let error as any DiagnosableError {
  let text = Array(FindingRenderer(format: .text).render(error.findings).utf8)
  _ = text.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  exit(2)
} catch {
  CertificateProgram.exit(withError: error)
}
