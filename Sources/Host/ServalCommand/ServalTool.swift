// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import Diagnostics
import Glibc
import Records
import Subsystems

/// The `serval` command for any systems, boards and drivers: a package with its own needs one call
/// of `main` for a tool of its own.
public enum ServalTool {
  /// What `--version` prints, after "serval".
  public static let version = "0.3.0"

  /// The systems that `generate` knows; set during `run`.
  @TaskLocal static var systems: [any SystemTemplate.Type] = []
  /// The boards that commands know; set during `run`.
  @TaskLocal static var boards = Board.builtIn
  /// The drivers that commands choose from; set during `run`.
  @TaskLocal static var drivers = DriverDescription.builtIn
  /// The types of programs' records that commands know; set during `run`.
  @TaskLocal static var records: [any ProgramRecord.Type] = []

  // A closure: key paths to static properties of a metatype crash Swift 6.3's compiler.
  static var systemNames: [String] { systems.map { $0.name } }
  static var boardNames: [String] { boards.map(\.name) }

  static func board(named name: String) throws(BoardError) -> Board {
    try Board.named(name, among: boards)
  }

  /// Runs the process's command and ends the process.
  ///
  /// - Parameters:
  ///   - systems: what `generate` can lay out.
  ///   - boards: what to lay out for; to add one to Serval's, pass `Board.builtIn + [yours]`.
  ///   - drivers: what to choose from; if several know a device, the first one gets it.
  ///   - records: types of programs' records, whose fields `inspect` shows by name.
  public static func main(
    systems: [any SystemTemplate.Type], boards: [Board] = Board.builtIn,
    drivers: [DriverDescription] = DriverDescription.builtIn,
    records: [any ProgramRecord.Type] = []
  ) -> Never {
    exit(
      run(
        systems: systems, boards: boards, drivers: drivers, records: records,
        arguments: Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs one command.
  ///
  /// - Returns: the exit status: 0; 1 for findings or differences; 2 if something could not be
  ///   read, written or done; 64 for an invalid command line (sysexits.h, EX_USAGE).
  static func run(
    systems: [any SystemTemplate.Type], boards: [Board] = Board.builtIn,
    drivers: [DriverDescription] = DriverDescription.builtIn,
    records: [any ProgramRecord.Type] = [], arguments: [String]
  ) -> Int32 {
    $systems.withValue(systems) {
      $boards.withValue(boards) {
        $drivers.withValue(drivers) { $records.withValue(records) { status(of: arguments) } }
      }
    }
  }

  private static func status(of arguments: [String]) -> Int32 {
    do {
      // ArgumentParser would print serval's version; the emulator's names its Unicorn.
      if arguments == ["run", "--version"] { try CompanionProgram.emulator.start(["--version"]) }
      var command = try Serval.parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let status as ExitCode {
      return status.rawValue
    } catch let error as any DiagnosableError {
      Terminal.reportErrors(error.findings)
      return 2
    } catch {
      return usage(error)
    }
  }

  /// Prints help and version, which are not errors, to standard output, and mistakes to standard
  /// error.
  private static func usage(_ error: any Error) -> Int32 {
    let status = Serval.exitCode(for: error).rawValue
    let text = Serval.fullMessage(for: error) + "\n"
    if status == 0 { Terminal.print(text) } else { Terminal.printError(text) }
    return status
  }
}

// Every command states its name: ArgumentParser's derivation takes a fifth of a short run.
struct Serval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serval",
    abstract: "Lays out seL4 Microkit systems, and checks, reads and compares their descriptions.",
    discussion: """
      Exit status: 0 for success; 1 for findings or differences; 2 if something could not be read, \
      written or done; 64 for an invalid command line. Errors go to standard error. \
      Colour is used on a terminal, unless NO_COLOR is set.
      """,
    version: "serval \(ServalTool.version)",
    subcommands: [
      New.self, Generate.self, Check.self, Inspect.self, Graph.self, Header.self, Diff.self,
      Convert.self, CertificateCommand.self, BoardsCommand.self, ABI.self,
      Devices.self, Run.self,
    ])
}
