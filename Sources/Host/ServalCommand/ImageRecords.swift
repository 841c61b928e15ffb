// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import ELFImage
import HostIO
import Records
import Subsystems
import SystemModel
import SystemReports

/// Checks the records in a system's images: finds what programs would reject or misread.
///
/// A record of zeros was never written, and only its program knows whether it needs it.
struct ImageRecords {
  var kernel: KernelABI
  /// "Microkit 2.3.0, debug".
  var kernelName: String
  var searchPaths: [String]

  func findings(_ system: SystemDescription) -> [Finding] {
    system.allProtectionDomains.flatMap { domain in
      guard let path = find(domain.image.path), let bytes = try? Files.read(path),
        let image = try? ELFImage(bytes, name: path)
      else { return [Finding]() }
      return problems(of: image).map { finding(domain, image, $0.message, $0.fix) }
    }
  }

  private func problems(of image: ELFImage) -> [(message: String, fix: String)] {
    let zeros = Set(
      image.sections.filter { image.contents(of: $0)?.allSatisfy { $0 == 0 } ?? true }
        .map(\.name))
    var problems: [(String, String)] = []
    for record in RecordReport.records(in: image, knowing: ServalTool.records)
    where !zeros.contains(record.section) {
      for problem in record.problems {
        problems.append(
          (
            "record \(record.name) in section \(record.section): \(problem)",
            "build the image and its records with the same version of Serval"
          ))
      }
    }
    let section = "\(RuntimeABI.section)"
    if problems.isEmpty, !zeros.contains(section),
      let abi = image.sections.first(where: { $0.name == section }),
      let bytes = image.contents(of: abi), !isForKernel(Array(bytes))
    {
      problems.append(
        (
          "the image was made for a different kernel than \(kernelName)",
          "give the SDK and configuration that it was generated for, with --sdk and --config"
        ))
    }
    return problems
  }

  /// Whether a record is for this kernel, on any processor.
  private func isForKernel(_ bytes: [UInt8]) -> Bool {
    [true, false].contains {
      bytes == kernel.record(hasCryptographicExtension: $0).bytes
    }
  }

  private func find(_ name: String) -> String? {
    let candidates = name.hasPrefix("/") ? [name] : [name] + searchPaths.map { "\($0)/\(name)" }
    return candidates.first { Files.exists($0) && !Files.isDirectory($0) }
  }

  private func finding(
    _ domain: ProtectionDomain, _ image: ELFImage, _ message: String, _ fix: String
  ) -> Finding {
    Finding(
      rule: "record",
      at: domain.origin.location.map(Place.source) ?? .entity(domain.name),
      "protection domain '\(domain.name)', \(image.name): \(message)", fix: fix)
  }
}
