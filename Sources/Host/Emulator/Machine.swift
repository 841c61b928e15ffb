// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import SystemModel

/// A board, a kernel and a system's protection domains, ready to run.
public final class Machine {
  public struct Configuration {
    public var sdk: SDKVersion
    public var kernel: KernelConfiguration
    public var board: EmulatedBoard
    /// Where images are searched, in order.
    public var searchPaths: [String]
    /// Nil is a cable that leads nowhere.
    public var network: NetworkChoice?
    public var packetFaults: PacketFaults?
    /// When the cable is pulled and put back, in the order of time.
    public var linkChanges: [LinkChange] = []
    public var faults: [InjectedFault] = []
    /// Whether devices see DMA regions without the processor's cache, so that a missing clean or
    /// invalidate is found.
    public var isIncoherent = false

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
  public let console: Console
  /// What virtual time follows; nil lets it pass as fast as it can. Set before the first `run`.
  public var wall: WallTime?
  /// What `SystemMemory` and the devices hold lives as long as the machine.
  private let memory: SystemMemory
  private let link: NetworkLink

  /// Loads everything.
  ///
  /// - Parameters:
  ///   - trace: gets what happens, as it happens.
  ///   - packets: gets every frame on the machine's network.
  ///   - report: gets what a person should know, a line each.
  /// - Throws: `EmulatorError` for an image or a layout that cannot be.
  public init(
    _ system: SystemDescription, _ configuration: Configuration, console: Console,
    trace: TraceWriter? = nil, packets: PcapWriter? = nil,
    report: @escaping (String) -> Void = { _ in }
  ) throws(EmulatorError) {
    self.console = console
    let board = configuration.board
    let abi = EmulatedABI(configuration.sdk, configuration.kernel)
    let kernel = Kernel(abi: abi, board: board, console: console, trace: trace)
    kernel.report = report
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
      backend: backend, recorder: packets, faults: configuration.packetFaults,
      changes: configuration.linkChanges)
    let devices = DeviceSet(
      board: board, console: console, kernel: kernel, link: link,
      interrupts: Set(system.allProtectionDomains.flatMap(\.interrupts).compactMap(\.number)),
      report: report)
    memory = try SystemMemory(
      system, sdk: configuration.sdk, board: board, isIncoherent: configuration.isIncoherent,
      find: { ProgramLoader.find($0, in: configuration.searchPaths) },
      device: { devices.device(at: $0, region: $1) })
    devices.memory = memory.physical
    for region in memory.regions.values { region.cache?.report = report }
    let loader = ProgramLoader(
      system: system, sdk: configuration.sdk, searchPaths: configuration.searchPaths,
      memory: memory)
    for (index, domain) in system.allProtectionDomains.enumerated() {
      let program = try loader.load(domain)
      let processor = try Processor(addressSpace: program.addressSpace)
      kernel.threads.append(
        Thread(domain, index: index, program: program, processor: processor, kernel: kernel))
    }
    kernel.giveCapabilities(system)
    if let fault = configuration.faults.first(where: { fault in
      !kernel.threads.contains { $0.name == fault.domain }
    }) {
      throw .noDomain(fault.domain, existing: kernel.threads.map(\.name))
    }
    if !configuration.faults.isEmpty {
      kernel.devices.append(
        FaultInjector(configuration.faults) { [unowned kernel] in kernel.injectFault(into: $0) })
    }
    trace?.begin(kernel.threads.map(\.name))
    // The monitor resumes them in the order of the file. It is more urgent than all of them, so that
    // each is put before those of its priority that came earlier.
    for thread in kernel.threads {
      thread.state = .ready
      kernel.queues.insert(thread, atFront: true)
    }
    kernel.decision = .choose
  }

  // MARK: Running

  public enum State: Hashable, Sendable {
    /// The time that was asked for is over.
    case timeOver
    /// Everyone waits, and nothing will happen unless someone types or sends; or, on the wall's time,
    /// until `nextEvent`.
    case idle
    /// Virtual time has to wait for that of the wall.
    case ahead
    /// A program asked the kernel to halt.
    case halted
    /// `shouldStop` said so.
    case stopped
  }

  /// Nanoseconds of virtual time since the start.
  public var now: UInt64 { kernel.now }

  /// When something happens by itself, if nobody runs.
  public var nextEvent: UInt64? { kernel.nextEventOfSleep }

  /// Runs until `end`, or until nothing is left to do. Where it follows the wall, it comes back whenever
  /// time has to pass: the caller waits for `timeToWait`, and calls `catchUp`.
  ///
  /// - Parameters:
  ///   - end: nanoseconds of virtual time.
  ///   - shouldStop: asked every so often, at least every few hundredths of a second.
  public func run(until end: UInt64, shouldStop: () -> Bool = { false }) -> State {
    while true {
      if kernel.isHalted { return finish(.halted) }
      if shouldStop() { return finish(.stopped) }
      kernel.advance()
      kernel.schedule()
      if kernel.now >= end { return finish(.timeOver) }
      if let thread = kernel.current, thread !== kernel.sleeper {
        if wall == nil {
          kernel.runCurrent(thread, until: end)
        } else if !runOnTheWall(thread, until: end) {
          return finish(.ahead)
        }
      } else {
        guard wall == nil, let next = kernel.nextEventOfSleep else { return finish(.idle) }
        kernel.skip(to: min(next, end))
      }
    }
  }

  private func finish(_ state: State) -> State {
    console.flush()
    return state
  }

  // MARK: The clock on the wall

  /// - Returns: whether there was time for it.
  private func runOnTheWall(_ thread: Thread, until end: UInt64) -> Bool {
    if wall?.isBehind(kernel.now) == true { return false }
    kernel.runCurrent(thread, until: end, longest: WallTime.slice)
    // A thread that waits in WFI sleeps until the next event: `run` comes back with `idle`.
    if kernel.sleeper == nil, let target = wall?.target(from: kernel.now) {
      kernel.lengthenSlice(to: min(target, end), charging: WallTime.longestCharge)
    }
    return true
  }

  /// After `idle` or `ahead`: nanoseconds on the wall until it goes on by itself; nil is never.
  ///
  /// - Parameter end: as of `run`.
  public func timeToWait(until end: UInt64) -> UInt64? {
    guard let passed = wall?.passed else { return nil }
    let next = min(isWaiting ? kernel.nextEventOfSleep ?? .max : kernel.now, end)
    if next == .max { return nil }
    return next > passed ? next - passed : 0
  }

  /// Time has passed on the wall while the caller waited.
  ///
  /// - Parameter end: as of `run`.
  public func catchUp(until end: UInt64) {
    let next = isWaiting ? kernel.nextEventOfSleep ?? .max : 0
    guard let target = wall?.target(from: kernel.now, next: next) else { return }
    kernel.pass(to: min(target, end))
  }

  private var isWaiting: Bool { kernel.current == nil || kernel.current === kernel.sleeper }

  // MARK: The network, for whoever waits

  /// What to poll for; nothing without a network.
  public func descriptors(timeout: inout UInt32) -> [pollfd] {
    link.descriptors(timeout: &timeout)
  }

  public func handle(_ descriptors: [pollfd]) {
    link.handle(descriptors, now: kernel.now)
  }
}
