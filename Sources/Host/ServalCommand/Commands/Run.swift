// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import Diagnostics
import HostIO
import SystemChecks
import SystemModel
import SystemXML

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a system's images on this machine, without a kernel, QEMU or a board.",
    discussion: """
      The images are the ones that boot on seL4. Time is virtual: a run depends only on its inputs, \
      and waiting takes no time; on a terminal, or with --realtime, it follows the wall clock. \
      Ctrl-C or ctrl-A x ends the run; ctrl-A ctrl-C types a ctrl-C. Exit status: 0 when nothing \
      is left to do or the time is over; 1 for what 'check' rejects; 130 after ctrl-C. The \
      emulator is a separate program, serval-emulator, under the GNU GPL because it links Unicorn; \
      'serval run --version' shows the versions.
      """)

  @Argument(help: "System file.", completion: .file(extensions: ["system", "xml"]))
  var file: String

  @OptionGroup var sdk: SDKOption

  @Option(
    name: .customLong("search-path"),
    help: ArgumentHelp(
      "Directory with PD images; may be repeated.",
      discussion: "By default the directory of the system file.", valueName: "directory"),
    completion: .directory)
  var searchPaths: [String] = []

  @OptionGroup var config: ConfigurationOption

  @Option(
    help: ArgumentHelp(
      "Board; by default the one whose devices the system maps.", valueName: "board"),
    completion: .list(ServalTool.boardNames))
  var board: String?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("Virtual time to run for: 10s, 500ms, 1h.", valueName: "time"))
  var duration: String?

  @Option(
    help: ArgumentHelp(
      "File to type on the console; by default standard input.", valueName: "file"),
    completion: .file())
  var input: String?

  @Option(
    name: .customLong("net"),
    help: ArgumentHelp(
      "Network: user (libslirp, as in QEMU), tap:NAME, or peer:PATH (a program in virtual time at a "
        + "local socket); pcap:FILE records it.",
      valueName: "network"))
  var networks: [String] = []

  @Option(
    name: .customLong("forward"),
    help: ArgumentHelp(
      "Port of this machine to forward to the system: 5555:80, 5555:10.0.2.16:80 or udp:5555:7.",
      valueName: "ports"))
  var forwards: [String] = []

  @Option(
    name: .customLong("link"),
    help: ArgumentHelp(
      "When the network cable is unplugged and plugged in: down@10s,up@70s.", valueName: "states"))
  var links: [String] = []

  @Option(
    help: ArgumentHelp(
      "Directory of this machine for an NFS server at 10.0.2.4 to export as /, read-only.",
      valueName: "directory"), completion: .directory)
  var export: String?

  @Option(help: ArgumentHelp("Frames to lose out of 1000.", valueName: "number"))
  var drop: Int?

  @Option(help: ArgumentHelp("Frames out of 1000 to damage in one bit.", valueName: "number"))
  var corrupt: Int?

  @Option(help: ArgumentHelp("Frames to delay out of 1000.", valueName: "number"))
  var delay: Int?

  @Option(
    help: ArgumentHelp(
      "Seed for the choice of those frames and of the instructions of --kill, and for the machine's random numbers; 1 by default.",
      valueName: "number"))
  var seed: UInt64?

  @Option(
    name: .customLong("fault"),
    help: ArgumentHelp(
      "A protection domain to fault, and when: driver@2s; may be repeated.",
      valueName: "domain@time"))
  var faults: [String] = []

  @Option(
    name: .customLong("kill"),
    help: ArgumentHelp(
      "A protection domain to fault at a random instruction that it executes after a time, and how often: nfs@2s, or nfs@2s+500ms "
        + "for every half second from then on; may be repeated.",
      valueName: "domain@time"))
  var kills: [String] = []

  @Option(
    name: .customLong("hang"),
    help: ArgumentHelp(
      "A protection domain that spends its time without doing anything, and from when on; as for --kill.",
      valueName: "domain@time"))
  var hangs: [String] = []

  @Option(
    help: ArgumentHelp(
      "File for a trace that Perfetto opens (Chrome trace JSON).", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var trace: String?

  @Option(
    help: ArgumentHelp(
      "File for the instructions of each function, at the end and on SIGUSR1, which begins the "
        + "counts again.", valueName: "file"), completion: .file())
  var profile: String?

  @Flag(help: "Print statistics of each protection domain.")
  var stats = false

  @Flag(
    help: "Hide the processor's cache from devices, which finds missing cleans and invalidates.")
  var incoherent = false

  @Flag(help: "Let virtual time follow the wall clock.")
  var realtime = false

  func run() throws {
    let sdk = try sdk.resolve()
    _ = try board.map { try ServalTool.board(named: $0) }
    let searchPaths = searchPaths.isEmpty ? [Self.directory(of: file)] : searchPaths
    try refuseWhatCheckRejects(sdk, searchPaths)
    var arguments = [file, "--sdk", sdk.rawValue, "--config", try config.resolve().rawValue]
    for path in searchPaths { arguments += ["--search-path", path] }
    for (name, value) in [
      ("--board", board), ("--for", duration), ("--input", input), ("--trace", trace),
      ("--export", export), ("--profile", profile),
    ] {
      if let value { arguments += ["\(name)=\(value)"] }
    }
    for text in faults { arguments.append("--fault=\(text)") }
    for text in kills { arguments.append("--kill=\(text)") }
    for text in hangs { arguments.append("--hang=\(text)") }
    for text in networks { arguments.append("--net=\(text)") }
    for text in links { arguments.append("--link=\(text)") }
    for text in forwards { arguments.append("--forward=\(text)") }
    for (name, value) in [("drop", drop), ("corrupt", corrupt), ("delay", delay)] {
      if let value { arguments.append("--\(name)=\(value)") }
    }
    if let seed { arguments.append("--seed=\(seed)") }
    if stats { arguments.append("--stats") }
    if incoherent { arguments.append("--incoherent") }
    if realtime { arguments.append("--realtime") }
    try CompanionProgram.emulator.start(arguments)
  }

  private func refuseWhatCheckRejects(_ sdk: SDKVersion, _ searchPaths: [String]) throws {
    let bytes = try Files.read(file)
    let result: CheckResult
    do throws(XMLError) {
      result = try check(
        bytes, file: file, sdk: sdk, searchPath: SearchPath(searchPaths, sdk: sdk))
    } catch {
      return try refuse(error.findings)
    }
    var findings = result.findings
    if result.isAccepted, let system = result.description {
      findings += checkImages(system, file: file, sdk: sdk, searchPaths: searchPaths)
      let kernel = try config.resolve()
      findings += ImageRecords(
        kernel: KernelABI(sdk, kernel), kernelName: "Microkit \(sdk), \(kernel.rawValue)",
        searchPaths: searchPaths
      ).findings(system)
    }
    let errors = findings.filter { $0.severity == .error }
    if !errors.isEmpty { try refuse(errors) }
  }

  private func refuse(_ findings: [Finding]) throws {
    Terminal.reportErrors(findings)
    throw ExitCode(1)
  }

  private static func directory(of file: String) -> String {
    file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
  }
}
