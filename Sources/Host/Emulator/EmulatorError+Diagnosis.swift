// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CUnicorn
import Diagnostics
import Glibc
import HostIO

extension EmulatorError: DiagnosableError {
  /// One finding, or those of the underlying error.
  public var findings: [Finding] {
    switch self {
    case .noImage(let file, let domain, let paths):
      let places = paths.isEmpty ? "the current directory" : paths.joined(separator: ", ")
      return [
        finding(
          domain, "there is no image '\(file)' in \(places)",
          fix: "build it, or name its directory with --search-path")
      ]
    case .unreadable(let error, let domain):
      return error.findings.map { attributed($0, to: domain) }
    case .wrongImage(let error, let domain):
      return error.findings.map { attributed($0, to: domain) }
    case .symbol(let name, let file, let domain):
      return [
        finding(
          domain, "\(file) has no symbol '\(name)' large enough for its value",
          fix: "define it once, with a size, and do not strip the image")
      ]
    case .overlap(let one, let other, let address, let domain):
      return [
        finding(
          domain, "\(one) at \(hex(address)) overlaps \(other)", fix: "map it elsewhere")
      ]
    case .unaligned(let what, let address, let domain):
      return [
        finding(
          domain, "\(what) at \(hex(address)) does not start on a page",
          fix: "align it to 4 KiB")
      ]
    case .noRegion(let name, let domain):
      return [
        finding(
          domain, "there is no memory region '\(name)'", fix: "declare it, or map another one")
      ]
    case .noSize(let region):
      return [
        Finding(
          rule: "emulator", at: .entity("memory region '\(region)'"), "has no size",
          fix: "give it a size or a file")
      ]
    case .tooLarge(let what, let size):
      return [
        Finding(
          rule: "emulator", "this machine has no room for \(what) of \(hex(size)) bytes",
          fix: "make it smaller")
      ]
    case .unsupported(let what, let domain):
      return [
        finding(domain, "\(what) cannot be emulated", fix: "run the image in QEMU or on the board")
      ]
    case .noDomain(let name, let existing):
      let hint = nearestName(to: name, in: existing).map { "did you mean '\($0)'?" }
      return [
        Finding(
          rule: "emulator", at: .option("--fault"), "there is no protection domain '\(name)'",
          fix: hint ?? "name one of \(existing.joined(separator: ", "))")
      ]
    case .portTaken(let port):
      return [
        Finding(
          rule: "network", at: .option("--forward"), "cannot listen on port \(port)",
          fix: "choose a free port")
      ]
    case .export(.directory(let name, let number)):
      return [
        Finding(
          rule: "network", at: .option("--export"),
          "'\(name)' cannot be served: \(systemText(number))",
          fix: "name a directory that you may read")
      ]
    case .export(.socket(let number)):
      return [
        Finding(
          rule: "network", at: .option("--export"), "cannot create a socket: \(systemText(number))",
          fix: "make /tmp writable")
      ]
    case .tap(let name, let number):
      return [
        Finding(
          rule: "network", at: .option("--net"), "tap device '\(name)': \(systemText(number))",
          fix: "create it with 'ip tuntap add dev \(name) mode tap user $USER'")
      ]
    case .peer(let path, let number):
      return [
        Finding(
          rule: "network", at: .option("--net"),
          "cannot connect to '\(path)': \(systemText(number))",
          fix: "start the program that listens there first")
      ]
    case .engine(let status):
      let text = uc_strerror(uc_err(rawValue: status)).map { String(cString: $0) } ?? "\(status)"
      return [Finding(rule: "emulator", "Unicorn: \(text)")]
    }
  }

  private func finding(_ domain: String, _ message: String, fix: String?) -> Finding {
    Finding(
      rule: "emulator", at: .entity("protection domain '\(domain)'"), message, fix: fix)
  }

  /// Names the domain as the place, and keeps the old place in the message.
  private func attributed(_ finding: Finding, to domain: String) -> Finding {
    var finding = finding
    if let place = finding.place { finding.message = "\(place): \(finding.message)" }
    finding.place = .entity("protection domain '\(domain)'")
    return finding
  }
}
