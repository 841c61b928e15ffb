// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Emulator
import Glibc
import HostIO
import SystemChecks
import SystemModel

/// One run: a machine, a terminal and a clock.
struct RunSession {
  private let options: RunOptions
  private let system: SystemDescription

  /// - Throws: for a system that the Microkit tool of that SDK would not take. Its images were checked
  ///   by `serval run`.
  init(_ options: RunOptions) throws {
    self.options = options
    system = try loadSystem(
      Files.read(options.file), file: options.file, sdk: options.sdk
    ).description
  }

  /// - Returns: why it ended; `stopped` is ctrl-C.
  func run() throws -> Machine.State {
    let trace = try options.traceFile.map { try OutputFile($0) }
    let writer = trace.map { file in TraceWriter { file.write(Array($0.utf8)) } }
    let console = Console { OutputFile.standardOutput.write($0) }
    let packets = try options.packetFile.map { try OutputFile($0) }
    var configuration = Machine.Configuration(
      sdk: options.sdk, kernel: options.kernel, board: options.board ?? .matching(system),
      searchPaths: options.searchPaths)
    configuration.network = options.network
    configuration.packetFaults = options.packetFaults
    configuration.linkChanges = options.linkChanges
    configuration.faults = options.faults
    configuration.isIncoherent = options.isIncoherent
    let machine = try Machine(
      system, configuration, console: console, trace: writer,
      packets: packets.map { file in PcapWriter { file.write($0) } }
    ) { line in
      console.flush()
      OutputFile.standardError.write("serval: \(line)\n")
    }
    // A client of a forwarded port that goes away, or a reader of our output: no reason to die of.
    signal(SIGPIPE, SIG_IGN)
    TerminalMode.enter()
    defer { TerminalMode.restore() }
    let state = try runToTheEnd(machine)
    writer?.end()
    if options.printsStatistics { OutputFile.standardError.write(machine.statisticsText()) }
    try trace?.close()
    try packets?.close()
    return state
  }

  private func printStatisticsIfAsked(_ machine: Machine) {
    guard options.printsStatistics, TerminalMode.takeStatisticsRequest() else { return }
    OutputFile.standardError.write(machine.statisticsText())
  }

  private func runToTheEnd(_ machine: Machine) throws -> Machine.State {
    let end = options.duration ?? .max
    var input = try ConsoleInput(options)
    machine.console.type(input.everythingNow())
    let hasNetwork = options.hasRealNetwork
    let followsWall = options.isRealTime || input.isInteractive || hasNetwork
    if followsWall { machine.wall = WallTime { WallClock.nanoseconds } }
    var looks = LookingTimes()
    while true {
      let state = machine.run(until: end) {
        printStatisticsIfAsked(machine)
        if followsWall { looks.ifDue { input.take(waiting: 0, for: machine) } }
        return TerminalMode.wasInterrupted != 0 || input.asksToEnd
          || OutputFile.standardOutput.hasFailed
      }
      switch state {
      case .timeOver, .halted: return state
      case .stopped:
        // Nobody looks any more.
        if input.asksToEnd || OutputFile.standardOutput.hasFailed { return .idle }
        if TerminalMode.wasInterrupted != 0 { return .stopped }
      case .idle where !followsWall: return .idle
      case .idle where machine.nextEvent == nil && input.isAtEnd && !hasNetwork: return .idle
      case .idle, .ahead:
        input.take(waiting: machine.timeToWait(until: end) ?? .max, for: machine)
        machine.catchUp(until: end)
      }
    }
  }
}
