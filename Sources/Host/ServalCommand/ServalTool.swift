// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Diagnostics
import Glibc
import Subsystems

/// The `serval` command, for any set of systems: a package that describes systems of its own makes its
/// own tool with one call of `main`.
public enum ServalTool {
  public static let version = "0.2.0"

  /// The systems that `generate` knows; set for the time of `run`.
  @TaskLocal static var systems: [any SystemTemplate.Type] = []

  // A closure: key paths to static properties of a metatype crash Swift 6.3's compiler.
  static var systemNames: [String] { systems.map { $0.name } }

  /// Runs the process's command and ends the process.
  public static func main(systems: [any SystemTemplate.Type]) -> Never {
    exit(run(systems: systems, arguments: Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs one command.
  ///
  /// - Returns: 0; 1 for findings or differences; 2 for what could not be read, written or done; 64 for
  ///   a command line that makes no sense (sysexits.h, EX_USAGE).
  static func run(systems: [any SystemTemplate.Type], arguments: [String]) -> Int32 {
    $systems.withValue(systems) {
      do {
        // ArgumentParser would give serval's; the emulator knows which Unicorn it runs with.
        if arguments == ["run", "--version"] { try EmulatorProgram.start(["--version"]) }
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
  }

  /// Help and version, which are not errors, go to standard output; mistakes go to standard error.
  private static func usage(_ error: any Error) -> Int32 {
    let status = Serval.exitCode(for: error).rawValue
    let text = Serval.fullMessage(for: error) + "\n"
    if status == 0 { Terminal.print(text) } else { Terminal.printError(text) }
    return status
  }
}

// Every command says its name: ArgumentParser's way of deriving one takes a fifth of a short run.
struct Serval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serval",
    abstract: "Lays out seL4 Microkit systems, and checks, reads and compares their descriptions.",
    discussion: """
      Exit status: 0 for success; 1 for findings or differences; 2 for what could not be read, \
      written or done; 64 for a command line that makes no sense. Errors go to standard error. \
      Colour is used on a terminal, unless NO_COLOR is set.
      """,
    version: "serval \(ServalTool.version)",
    subcommands: [
      Generate.self, Check.self, Inspect.self, Graph.self, Diff.self, BoardsCommand.self, ABI.self,
      Devices.self, Run.self,
    ])
}
