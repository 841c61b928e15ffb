// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Diagnostics
import Emulator
import Glibc
import HostIO
import SystemChecks
import SystemModel

/// The program that `serval run` starts. It links Unicorn, so the built program as a whole is under the GNU GPL,
/// version 2; its sources, like all of Serval's, are under the BSD licence.
@main
struct EmulatorTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serval-emulator",
    abstract: "Runs a Microkit system's images without a kernel; started by 'serval run'.",
    version: "serval-emulator with Unicorn \(unicornVersion)")

  @Argument var file: String
  @Option var sdk: String
  @Option var config = "debug"
  @Option var board: String?
  @Option(name: .customLong("search-path")) var searchPaths: [String] = []
  @Option(name: .customLong("net")) var networks: [String] = []
  @Option(name: .customLong("forward")) var forwards: [String] = []
  @Option(name: .customLong("link")) var links: [String] = []
  @Option var export: String?
  @Option var drop = 0
  @Option var corrupt = 0
  @Option var delay = 0
  @Option var seed: UInt64 = 1
  @Option(name: .customLong("fault")) var faults: [String] = []
  @Option(name: .customLong("kill")) var kills: [String] = []
  @Option(name: .customLong("hang")) var hangs: [String] = []
  @Option(name: .customLong("for")) var duration: String?
  @Option var input: String?
  @Option var trace: String?
  @Option var profile: String?
  @Flag var stats = false
  @Flag var incoherent = false
  @Flag var realtime = false

  func run() throws {
    do {
      if try RunSession(options()).run() == .stopped { throw ExitCode(130) }
    } catch let error as any DiagnosableError {
      let text = FindingRenderer(format: .text).render(error.findings)
      OutputFile.standardError.write(text)
      throw ExitCode(2)
    }
  }

  private func options() throws -> RunOptions {
    guard let sdk = SDKVersion(rawValue: sdk) else {
      throw ValidationError("there is no SDK '\(sdk)'")
    }
    guard let config = KernelConfiguration(rawValue: config) else {
      throw ValidationError("there is no configuration '\(config)'")
    }
    let board = try board.map { name throws in
      guard let board = EmulatedBoard.all.first(where: { $0.name == name }) else {
        throw ValidationError("there is no model of board '\(name)'")
      }
      return board
    }
    let duration = try duration.map { text throws in
      guard let time = Self.nanoseconds(text) else {
        throw ValidationError("'\(text)' is not a time; write 500ms, 10s or 2min")
      }
      return time
    }
    return RunOptions(
      file: file, sdk: sdk, kernel: config, board: board, searchPaths: searchPaths,
      duration: duration, inputFile: input, traceFile: trace, profileFile: profile,
      printsStatistics: stats,
      network: try network().choice, packetFile: try network().file,
      packetImpairment: try packetImpairment(), linkChanges: try linkChanges(),
      faults: try injectedFaults(), isIncoherent: incoherent, seed: seed,
      isRealTime: realtime)
  }

  private func network() throws -> (choice: NetworkChoice?, file: String?) {
    let forwards = try forwards.map { text throws in
      guard let forward = PortForward(text) else {
        throw ValidationError(
          "'\(text)' is not a forward; write 5555:80, 5555:10.0.2.16:80 or udp:5555:7")
      }
      return forward
    }
    var (choice, file): (NetworkChoice?, String?) = (nil, nil)
    for text in networks {
      if text == "user", choice == nil {
        choice = .user(forwards: forwards, exportedDirectory: export)
      } else if text.hasPrefix("tap:"), choice == nil {
        choice = .tap(String(text.dropFirst(4)))
      } else if text.hasPrefix("peer:"), choice == nil {
        choice = .peer(String(text.dropFirst(5)))
      } else if text.hasPrefix("pcap:"), file == nil {
        file = String(text.dropFirst(5))
      } else {
        throw ValidationError(
          "--net takes user, tap:NAME or peer:PATH once, and pcap:FILE once; not '\(text)'")
      }
    }
    if !forwards.isEmpty, case .user = choice {
    } else if !forwards.isEmpty {
      throw ValidationError("--forward needs --net user")
    }
    if export != nil {
      guard case .user = choice else { throw ValidationError("--export needs --net user") }
    }
    return (choice, file)
  }

  /// "down@10s,up@70s"
  private func linkChanges() throws -> [LinkChange] {
    try links.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map {
      text throws in
      let parts = text.split(separator: "@", omittingEmptySubsequences: false)
      guard parts.count == 2, ["up", "down"].contains(parts[0]),
        let time = Self.nanoseconds(String(parts[1]))
      else {
        throw ValidationError("'\(text)' is not a link state; write down@10s,up@70s")
      }
      return LinkChange(isUp: parts[0] == "up", time: time)
    }
  }

  private func injectedFaults() throws -> [InjectedFault] {
    try faults.map { try Self.injectedFault($0, .fault) }
      + kills.map { try Self.injectedFault($0, .kill) }
      + hangs.map { try Self.injectedFault($0, .hang) }
  }

  /// "driver@2s", or "driver@2s+500ms" for every half second from then on.
  private static func injectedFault(
    _ text: String, _ kind: InjectedFault.Kind
  ) throws -> InjectedFault {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let times = parts.last?.split(separator: "+", omittingEmptySubsequences: false) ?? []
    let period = times.count == 2 ? nanoseconds(String(times[1])) : nil
    guard parts.count == 2, let first = times.first, let time = nanoseconds(String(first)),
      times.count == 1 || period ?? 0 > 0
    else {
      throw ValidationError(
        "'\(text)' is not a fault; write DOMAIN@TIME, as in driver@2s, or DOMAIN@TIME+PERIOD")
    }
    return InjectedFault(domain: String(parts[0]), time: time, kind: kind, period: period)
  }

  private func packetImpairment() throws -> PacketImpairment? {
    guard [drop, corrupt, delay].allSatisfy({ 0...1000 ~= $0 }) else {
      throw ValidationError("--drop, --corrupt and --delay take 0 to 1000: frames of 1000")
    }
    if drop == 0, corrupt == 0, delay == 0 { return nil }
    return PacketImpairment(dropped: drop, corrupted: corrupt, delayed: delay, seed: seed)
  }

  /// Parses "10s", "500ms", "20us", "2min" or "1h"; a number without a unit is in seconds. Nil for other texts
  /// and for times that overflow.
  static func nanoseconds(_ text: String) -> UInt64? {
    let digits = text.prefix { $0.isNumber }
    guard let number = UInt64(digits) else { return nil }
    let unit: UInt64? =
      switch text.dropFirst(digits.count) {
      case "ns": 1
      case "us": 1000
      case "ms": 1_000_000
      case "s", "": 1_000_000_000
      case "min": 60_000_000_000
      case "h": 3_600_000_000_000
      default: nil
      }
    guard let unit else { return nil }
    let (time, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : time
  }
}
