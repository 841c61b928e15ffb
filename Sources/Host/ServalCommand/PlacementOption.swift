// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import Diagnostics
import SystemModel
import Targets

/// The options that place domains on a multicore kernel's cores.
struct PlacementOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Processor cores to use; needs a kernel configuration for several, such as smp-release.",
      discussion: "By default 1.", valueName: "number"))
  var cores: Int?

  @Option(
    name: .customLong("place"),
    help: ArgumentHelp(
      "Core of a protection domain, counted from 0; may be repeated.",
      discussion:
        "By default core 0 has drivers and virtualisers, and clients take turns from core 1 on.",
      valueName: "domain=core"))
  var places: [String] = []

  /// - Parameter pairs: the values of `--place`, taken apart.
  func resolve(
    _ pairs: [String: String], board: Board, sdk: SDKVersion, _ kernel: KernelConfiguration
  ) throws -> Placement? {
    if cores == nil, pairs.isEmpty { return nil }
    let cores = cores ?? 1
    guard cores > 0 else { throw PlacementOptionError.notANumber(option: "--cores", "\(cores)") }
    if cores > 1, !kernel.isMulticore {
      throw PlacementOptionError.singleCoreKernel(kernel, sdk)
    }
    if cores > 1, let known = SDKBoard.all.first(where: { $0.name == board.name }) {
      let target = try Target.of(board: known.name, configuration: kernel.rawValue, sdk: sdk)
      if cores > target.cores {
        throw PlacementOptionError.tooManyCores(cores, kernel: target.title, has: target.cores)
      }
    }
    let chosen = try pairs.mapValues { text in
      guard let core = Int(text), core >= 0 else {
        throw PlacementOptionError.notANumber(option: "--place", text)
      }
      return core
    }
    return Placement(cores: cores, chosen: chosen)
  }
}

enum PlacementOptionError: Error, Hashable {
  case notANumber(option: String, String)
  case singleCoreKernel(KernelConfiguration, SDKVersion)
  case tooManyCores(Int, kernel: String, has: Int)
}

extension PlacementOptionError: DiagnosableError {
  var findings: [Finding] {
    switch self {
    case .notANumber(let option, let text):
      [
        Finding(
          rule: "option", at: .option(option), "'\(text)' is not a number of cores",
          fix: option == "--place" ? "write domain=core, with cores from 0 on" : "write 1 or more")
      ]
    case .singleCoreKernel(let kernel, let sdk):
      [
        Finding(
          rule: "option", at: .option("--cores"),
          "the kernel of configuration \(kernel.rawValue) uses one core",
          fix: sdk >= .v2_1_0
            ? "choose --config smp-\(kernel.rawValue)"
            : "SDKs have kernels for several cores since 2.1.0: choose one with --sdk, and --config smp-\(kernel.rawValue)"
        )
      ]
    case .tooManyCores(let cores, let kernel, let has):
      [
        Finding(
          rule: "option", at: .option("--cores"),
          "\(cores) cores: the kernel for \(kernel) uses \(has)",
          fix: "give \(has) or fewer")
      ]
    }
  }
}

extension PlacementError: DiagnosableError {
  /// One finding.
  public var findings: [Finding] {
    switch self {
    case .unknownDomain(let name, let known):
      [
        Finding(
          rule: "option", at: .option("--place"), "there is no protection domain '\(name)'",
          fix: nearestName(to: name, in: known).map { "did you mean '\($0)'?" }
            ?? "the domains are \(known.joined(separator: ", "))")
      ]
    case .passive(let name):
      [
        Finding(
          rule: "option", at: .option("--place"),
          "'\(name)' is passive: it runs where its callers do",
          fix: "place its callers")
      ]
    case .noSuchCore(let domain, let core, let cores):
      [
        Finding(
          rule: "option", at: .option("--place"),
          "'\(domain)' on core \(core): \(cores == 1 ? "one core is used, number 0" : "\(cores) cores are used, from 0 to \(cores - 1)")",
          fix: cores == 1 ? "give --cores" : "choose one of them, or give more with --cores")
      ]
    }
  }
}
