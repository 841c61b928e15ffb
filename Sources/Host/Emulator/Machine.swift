// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import SystemModel

/// A board, a kernel and a system's protection domains, ready to run.
public final class Machine {
  /// What the machine consists of, beside the system.
  public struct Configuration {
    /// The SDK that the images were built with.
    public var sdk: SDKVersion
    /// The kernel configuration that the images were built for.
    public var kernel: KernelConfiguration
    /// The board whose devices are modelled.
    public var board: EmulatedBoard
    /// Directories that are searched for images, in order.
    public var searchPaths: [String]
    /// What the Ethernet cable leads to; nil for nothing.
    public var network: NetworkChoice?
    /// Frames to lose, damage or delay; nil for none.
    public var packetImpairment: PacketImpairment?
    /// When the cable is unplugged and plugged in.
    public var linkChanges: [LinkChange] = []
    /// Faults to inject.
    public var faults: [InjectedFault] = []
    /// Whether devices bypass the processor's cache in DMA regions, which reveals missing cleans and
    /// invalidates.
    public var isIncoherent = false
    /// Selects the bits of the machine's generator of random numbers.
    public var seed: UInt64 = 1
    /// Whether instructions are counted for each function; see `profileText`.
    public var isProfiled = false

    /// A machine without a network and without injected faults.
    public init(
      sdk: SDKVersion, kernel: KernelConfiguration = .debug, board: EmulatedBoard,
      searchPaths: [String] = []
    ) {
      self.sdk = sdk
      self.kernel = kernel
      self.board = board
      self.searchPaths = searchPaths
    }
  }

  let kernel: Kernel
  /// The machine's serial line.
  public let console: MachineConsole
  /// The wall clock that virtual time follows; nil lets it run as fast as possible. Set before the first
  /// `run`.
  public var wall: WallTime?
  /// Owns the memory that address spaces and devices point into.
  private let memory: SystemMemory
  private let link: NetworkLink

  /// Loads a system's images and creates the models of its devices.
  ///
  /// - Parameters:
  ///   - trace: receives the events of the run as they happen.
  ///   - packets: receives every frame on the machine's network.
  ///   - report: receives one line for the user for each fault and misuse.
  /// - Throws: `EmulatorError` for an image or layout that cannot be loaded.
  public init(
    _ system: SystemDescription, _ configuration: Configuration, console: MachineConsole,
    trace: TraceWriter? = nil, packets: PcapWriter? = nil,
    report: @escaping (String) -> Void = { _ in }
  ) throws(EmulatorError) {
    self.console = console
    let board = configuration.board
    let abi = EmulatedABI(configuration.sdk, configuration.kernel)
    let kernel = Kernel(abi: abi, board: board, console: console, trace: trace)
    kernel.report = report
    kernel.killChoices = RandomBits(seed: configuration.seed)
    self.kernel = kernel
    let backend: (any NetworkBackend)? =
      switch configuration.network {
      case .user(let forwards, let directory):
        try UserNetwork(forwards: forwards, exportedDirectory: directory)
      case .tap(let name): try TapNetwork(name)
      case .peer(let path): try PeerNetwork(path, report: report)
      case nil: nil
      }
    link = NetworkLink(
      backend: backend, recorder: packets, faults: configuration.packetImpairment,
      changes: configuration.linkChanges)
    let devices = DeviceSet(
      board: board, console: console, kernel: kernel, link: link,
      interrupts: Set(system.allProtectionDomains.flatMap(\.interrupts).compactMap(\.number)),
      seed: configuration.seed, report: report)
    memory = try SystemMemory(
      system, sdk: configuration.sdk, board: board, isIncoherent: configuration.isIncoherent,
      find: { ProgramLoader.findFile($0, in: configuration.searchPaths) },
      device: { devices.device(at: $0, region: $1) })
    devices.memory = memory.physical
    for region in memory.regions.values { region.cache?.report = report }
    let loader = ProgramLoader(
      system: system, sdk: configuration.sdk, searchPaths: configuration.searchPaths,
      memory: memory)
    for (index, domain) in system.allProtectionDomains.enumerated() {
      let program = try loader.load(domain)
      let processor = try Processor(addressSpace: program.addressSpace)
      if configuration.isProfiled { processor.countBlocks(of: program.image) }
      kernel.threads.append(
        Thread(domain, index: index, program: program, processor: processor, kernel: kernel))
    }
    kernel.installCapabilities(system)
    if let fault = configuration.faults.first(where: { fault in
      !kernel.threads.contains { $0.name == fault.domain }
    }) {
      throw .noDomain(fault.domain, existing: kernel.threads.map(\.name))
    }
    if !configuration.faults.isEmpty {
      kernel.devices.append(
        FaultInjector(configuration.faults) { [unowned kernel] in kernel.inject($0) })
    }
    trace?.begin(kernel.threads.map(\.name))
    // The monitor resumes threads in the order of the system file. As it is more urgent than any of them,
    // each is queued ahead of its equals.
    for thread in kernel.threads {
      thread.state = .ready
      kernel.queues.insert(thread, atFront: true)
    }
    kernel.decision = .choose
  }

  // MARK: Running

  /// Why `run` returned.
  public enum StopReason: Hashable, Sendable {
    /// Virtual time has reached `end`.
    case timeOver
    /// No thread can run before input or a frame arrives or, when following the wall clock, before
    /// `nextEvent`.
    case idle
    /// Virtual time must wait for the wall clock.
    case ahead
    /// A program made the system call DebugHalt.
    case halted
    /// `shouldStop` returned true.
    case stopped
  }

  /// Nanoseconds of virtual time since the start.
  public var now: UInt64 { kernel.now }

  /// When an idle machine's next event is due, in nanoseconds of virtual time; nil for never.
  public var nextEvent: UInt64? { kernel.nextEventOfSleep }

  /// Runs until `end` or until there is nothing left to do. If the machine follows the wall clock, this
  /// also returns whenever it must wait: the caller then waits for `timeToWait` and calls `catchUp`.
  ///
  /// - Parameters:
  ///   - end: nanoseconds of virtual time.
  ///   - shouldStop: called between slices, at least every few hundredths of a second.
  public func run(until end: UInt64, shouldStop: () -> Bool = { false }) -> StopReason {
    while true {
      if kernel.isHalted { return stop(because: .halted) }
      if shouldStop() { return stop(because: .stopped) }
      kernel.handleDueEvents()
      kernel.schedule()
      if kernel.now >= end { return stop(because: .timeOver) }
      if let thread = kernel.current, thread !== kernel.sleeper {
        if wall == nil {
          kernel.runCurrent(thread, until: end)
        } else if !runInWallTime(thread, until: end) {
          return stop(because: .ahead)
        }
      } else {
        guard wall == nil, let next = kernel.nextEventOfSleep else { return stop(because: .idle) }
        kernel.skip(to: min(next, end))
      }
    }
  }

  private func stop(because reason: StopReason) -> StopReason {
    console.flush()
    return reason
  }

  // MARK: Wall time

  /// - Returns: false if virtual time is too far ahead for another slice.
  private func runInWallTime(_ thread: Thread, until end: UInt64) -> Bool {
    if wall?.isBehind(kernel.now) == true { return false }
    kernel.runCurrent(thread, until: end, longest: WallTime.slice)
    // If the thread waits in WFI, `run` returns `idle` instead.
    if kernel.sleeper == nil, let target = wall?.target(from: kernel.now) {
      kernel.lengthenSlice(to: min(target, end), charging: WallTime.longestCharge)
    }
    return true
  }

  /// After `idle` or `ahead`: nanoseconds of wall time until the machine can continue; nil for never.
  ///
  /// - Parameter end: the one passed to `run`.
  public func timeToWait(until end: UInt64) -> UInt64? {
    guard let passed = wall?.passed else { return nil }
    let next = min(isWaiting ? kernel.nextEventOfSleep ?? .max : kernel.now, end)
    if next == .max { return nil }
    return next > passed ? next - passed : 0
  }

  /// Advances virtual time by what has passed on the wall clock while the caller waited.
  ///
  /// - Parameter end: the one passed to `run`.
  public func catchUp(until end: UInt64) {
    let next = isWaiting ? kernel.nextEventOfSleep ?? .max : 0
    guard let target = wall?.target(from: kernel.now, next: next) else { return }
    kernel.advanceClock(to: min(target, end))
  }

  private var isWaiting: Bool { kernel.current == nil || kernel.current === kernel.sleeper }

  // MARK: Polling the network

  /// The network's descriptors to poll while waiting; none without a network.
  ///
  /// - Parameter timeout: the longest wait in milliseconds; may be shortened.
  public func descriptors(timeout: inout UInt32) -> [pollfd] {
    link.descriptors(timeout: &timeout)
  }

  /// Handles the events of polled descriptors.
  ///
  /// - Parameter descriptors: those of `descriptors(timeout:)`, in order, with `revents` set.
  public func handle(_ descriptors: [pollfd]) {
    link.handle(descriptors, now: kernel.now)
  }
}
