// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import HostIO
import Synchronization
import SystemChecks
import SystemModel
import TestSupport
import Testing

@testable import Emulator

/// A system of small C programs, which the Swift toolchain's clang compiles.
struct TestSystem {
  var sdk = SDKVersion.v2_3_0
  var kernel = KernelConfiguration.debug
  var board = EmulatedBoard.qemuVirtAArch64
  var network: NetworkChoice?
  var packetImpairment: PacketImpairment?
  var faults: [InjectedFault] = []
  var linkChanges: [LinkChange] = []
  var isIncoherent = false
  /// Whether `endTrace` will be called. Traces make runs with many switches several times as long.
  var isTraced = false
  /// Whether the instructions of each function are counted.
  var isProfiled = false
  /// C sources, by file name without ".elf".
  var programs: [String: String]
  /// The contents of <system>.
  var xml: String

  final class Run {
    let machine: Machine
    private let output: Collected
    private let traced: Collected
    private let reports: Collected
    private let frames: Collected
    private let writer: TraceWriter
    private var slices = 0

    fileprivate final class Collected { var bytes: [UInt8] = [] }

    fileprivate init(_ system: TestSystem, _ directory: String) throws {
      let (output, traced, reports) = (Collected(), Collected(), Collected())
      let frames = Collected()
      (self.output, self.traced, self.reports, self.frames) = (output, traced, reports, frames)
      let writer = TraceWriter { traced.bytes += Array($0.utf8) }
      self.writer = writer
      let (description, _) = try loadSystem(
        Array("<system>\(system.xml)</system>".utf8), file: "test.system", sdk: system.sdk)
      var configuration = Machine.Configuration(
        sdk: system.sdk, kernel: system.kernel, board: system.board, searchPaths: [directory])
      configuration.network = system.network
      configuration.packetImpairment = system.packetImpairment
      configuration.faults = system.faults
      configuration.linkChanges = system.linkChanges
      configuration.isIncoherent = system.isIncoherent
      configuration.isProfiled = system.isProfiled
      machine = try Machine(
        description, configuration, console: MachineConsole { output.bytes += $0 },
        trace: system.isTraced ? writer : nil,
        packets: PcapWriter { frames.bytes += $0 }
      ) { reports.bytes += Array(($0 + "\n").utf8) }
    }

    /// Runs for a duration of virtual time or until there is nothing left to do, checking the kernel's invariants
    /// between any two slices.
    @discardableResult
    func run(_ milliseconds: UInt64 = 1000) -> Machine.StopReason {
      machine.run(until: machine.now + milliseconds * 1_000_000) { !hasSoundState() }
    }

    /// Records an issue if an invariant of the kernel or of a device does not hold. Checks each of the first 2,000
    /// slices, and then one in 100.
    func hasSoundState() -> Bool {
      slices += 1
      guard slices <= 2000 || slices.isMultiple(of: 100) else { return true }
      guard let problem = machine.kernel.checkInvariants() else { return true }
      Issue.record("at \(machine.now) ns: \(problem)")
      return false
    }

    var text: String { String(decoding: output.bytes, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
    /// The recorded network traffic.
    var packets: [UInt8] { frames.bytes }

    var reported: String { String(decoding: reports.bytes, as: UTF8.self) }

    /// Completes and returns the trace.
    func endTrace() -> String {
      writer.end()
      return String(decoding: traced.bytes, as: UTF8.self)
    }

    func statistics(of name: String) -> ThreadStatistics? {
      machine.kernel.threads.first { $0.name == name }?.statistics
    }

    func instructions(of name: String) -> UInt64 {
      machine.kernel.threads.first { $0.name == name }?.processor.slice.pointee.instructions ?? 0
    }
  }

  /// Compiles the programs and loads the system.
  func start() throws -> Run {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    for (name, source) in programs {
      let elf = try Self.compile(source, sdk: sdk)
      try Files.replace("\(directory)/\(name).elf", with: elf)
    }
    return try Run(self, directory)
  }

  // MARK: Compiling

  private static let compiled = Mutex<[String: [UInt8]]>([:])

  static func compile(_ source: String, sdk: SDKVersion) throws -> [UInt8] {
    let parts = sdk.rawValue.split(separator: ".").compactMap { Int($0) }
    let number = parts.reduce(0) { $0 * 100 + $1 }
    let key = "\(number)\(source)"
    if let elf = compiled.withLock({ $0[key] }) { return elf }
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let sources = "/\(folder)/Programs"
    try Files.replace("\(directory)/program.c", with: Array(source.utf8))
    let result = try Subprocess.run([
      "clang", "-target", "aarch64-none-elf", "-mcpu=cortex-a53", "-mstrict-align",
      "-ffreestanding",
      "-fno-builtin", "-nostdlib", "-static", "-fuse-ld=lld", "-O1", "-w",
      "-DDOMAIN_SDK=\(number)", "-include", "\(sources)/domain.h", "-T", "\(sources)/domain.ld",
      "\(directory)/program.c", "-o", "\(directory)/program.elf",
    ])
    if result.status != 0 {
      Issue.record(Comment(rawValue: "clang: \(result.errors)"))
      throw CompilerFailed()
    }
    let elf = try Files.read("\(directory)/program.elf")
    compiled.withLock { $0[key] = elf }
    return elf
  }

  struct CompilerFailed: Error {}
}
