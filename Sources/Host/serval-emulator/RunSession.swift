// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Emulator
import Glibc
import HostIO
import SystemChecks
import SystemModel

/// One run of a machine, with its terminal, clock and output files.
struct RunSession {
  private let options: RunOptions
  private let system: SystemDescription

  /// - Throws: if the Microkit tool of that SDK would reject the system. `serval run` has checked the images.
  init(_ options: RunOptions) throws {
    self.options = options
    system = try loadSystem(
      Files.read(options.file), file: options.file, sdk: options.sdk
    ).description
  }

  /// - Returns: why the run ended; `stopped` for ctrl-C.
  func run() throws -> Machine.StopReason {
    let trace = try options.traceFile.map { try OutputFile($0) }
    let writer = trace.map { file in TraceWriter { file.write(Array($0.utf8)) } }
    let console = MachineConsole { OutputFile.standardOutput.write($0) }
    let packets = try options.packetFile.map { try OutputFile($0) }
    var configuration = Machine.Configuration(
      sdk: options.sdk, kernel: options.kernel, board: options.board ?? .matching(system),
      searchPaths: options.searchPaths)
    configuration.network = options.network
    configuration.packetImpairment = options.packetImpairment
    configuration.linkChanges = options.linkChanges
    configuration.faults = options.faults
    configuration.isIncoherent = options.isIncoherent
    configuration.seed = options.seed
    configuration.isProfiled = options.profileFile != nil
    let machine = try Machine(
      system, configuration, console: console, trace: writer,
      packets: packets.map { file in PcapWriter { file.write($0) } }
    ) { line in
      console.flush()
      OutputFile.standardError.write("serval: \(line)\n")
    }
    // A forwarded connection or a pipe that is closed is reported by the write, not by a signal.
    signal(SIGPIPE, SIG_IGN)
    TerminalMode.enter()
    defer { TerminalMode.restore() }
    let state = try runToTheEnd(machine)
    writer?.end()
    if options.printsStatistics { OutputFile.standardError.write(machine.statisticsText()) }
    try writeProfile(of: machine)
    try trace?.close()
    try packets?.close()
    return state
  }

  private func reportIfAsked(_ machine: Machine) {
    guard options.printsStatistics || options.profileFile != nil,
      TerminalMode.takeStatisticsRequest()
    else { return }
    if options.printsStatistics { OutputFile.standardError.write(machine.statisticsText()) }
    // If it fails, so does the one at the end.
    try? writeProfile(of: machine)
    machine.restartProfile()
  }

  private func writeProfile(of machine: Machine) throws {
    guard let file = options.profileFile else { return }
    try Files.replace(file, with: Array(machine.profileText().utf8))
  }

  private func runToTheEnd(_ machine: Machine) throws -> Machine.StopReason {
    let end = options.duration ?? .max
    var input = try ConsoleInput(options)
    machine.console.type(input.removeInitial())
    let hasNetwork = options.hasRealNetwork
    let followsWall = options.isRealTime || input.isInteractive || hasNetwork
    if followsWall { machine.wall = WallTime { WallClock.nanoseconds } }
    var polls = PollSchedule()
    while true {
      let state = machine.run(until: end) {
        reportIfAsked(machine)
        if followsWall { polls.runIfDue { input.poll(for: machine, waiting: 0) } }
        return TerminalMode.wasInterrupted != 0 || input.asksToEnd
          || OutputFile.standardOutput.hasFailed
      }
      switch state {
      case .timeOver, .halted: return state
      case .stopped:
        if input.asksToEnd || OutputFile.standardOutput.hasFailed { return .idle }
        if TerminalMode.wasInterrupted != 0 { return .stopped }
      case .idle where !followsWall: return .idle
      case .idle where machine.nextEvent == nil && input.isAtEnd && !hasNetwork: return .idle
      case .idle, .ahead:
        input.poll(for: machine, waiting: machine.timeToWait(until: end) ?? .max)
        machine.catchUp(until: end)
      }
    }
  }
}
