// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CUnicorn
import Diagnostics
import Glibc
import HostIO

extension EmulatorError: DiagnosableError {
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
      return error.findings.map { told($0, of: domain) }
    case .wrongImage(let error, let domain):
      return error.findings.map { told($0, of: domain) }
    case .symbol(let name, let file, let domain):
      return [
        finding(
          domain, "\(file) has no symbol '\(name)' with room for what is written there",
          fix: "define it once, with a size, and do not strip the image")
      ]
    case .overlap(let one, let other, let address, let domain):
      return [
        finding(
          domain, "\(one) at \(hex(address)) lies over \(other)", fix: "map it elsewhere")
      ]
    case .unaligned(let what, let address, let domain):
      return [
        finding(
          domain, "\(what) at \(hex(address)) does not start at a page",
          fix: "align it to 4 KiB")
      ]
    case .noRegion(let name, let domain):
      return [
        finding(domain, "there is no memory region '\(name)'", fix: "declare it, or map another")
      ]
    case .noSize(let region):
      return [
        Finding(
          rule: "emulator", at: .entity("memory region '\(region)'"), "has no size",
          fix: "give it one")
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
          rule: "network", at: .option("--forward"), "port \(port) cannot be listened on",
          fix: "choose one that is free")
      ]
    case .export(.directory(let name, let number)):
      return [
        Finding(
          rule: "network", at: .option("--export"),
          "'\(name)' cannot be served: \(systemText(number))",
          fix: "name a directory that you can read")
      ]
    case .export(.socket(let number)):
      return [
        Finding(
          rule: "network", at: .option("--export"), "no socket can be made: \(systemText(number))",
          fix: "see that /tmp can be written")
      ]
    case .tap(let name, let number):
      return [
        Finding(
          rule: "network", at: .option("--net"), "tap device '\(name)': \(systemText(number))",
          fix: "make it with 'ip tuntap add dev \(name) mode tap user $USER'")
      ]
    case .peer(let path, let number):
      return [
        Finding(
          rule: "network", at: .option("--net"), "no program at '\(path)': \(systemText(number))",
          fix: "start the one that listens there first")
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

  private func told(_ finding: Finding, of domain: String) -> Finding {
    var finding = finding
    if let place = finding.place { finding.message = "\(place): \(finding.message)" }
    finding.place = .entity("protection domain '\(domain)'")
    return finding
  }
}
