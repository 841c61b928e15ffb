// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// A supervisor: the parent of all other domains, which restarts those that die.
public struct SupervisionSubsystem {
  /// A protection domain of the builder.
  public typealias PD = SystemBuilder.PD

  /// When it gives a child up.
  public struct Options: Hashable, Sendable {
    /// At so many crashes in `window`; at most 8.
    public var crashLimit = 8
    /// In milliseconds.
    public var window: UInt32 = 5000
    /// Delay of the second restart in the window, in milliseconds; each further one waits twice as long.
    public var delay: UInt32 = 50
    /// 8 crashes in 5 seconds.
    public init() {}
  }

  /// More urgent than every other domain, so that none can keep it from running.
  static let priority: Priority = 110
  /// How often it looks at its children.
  static let beat: Microseconds = 50_000

  /// Domains that lend each other buffers and begin again together, by the stage in which they do: from 1 on.
  public var stages: [PD: UInt8]
  /// Domains that never wait for events, and so cannot answer.
  public var silent: Set<PD>
  /// When it gives a child up.
  public var options: Options

  /// Creates a subsystem; nothing is laid out before `connect`.
  public init(
    stages: [PD: UInt8] = [:], silent: Set<PD> = [], options: Options = Options()
  ) {
    self.stages = stages
    self.silent = silent
    self.options = options
  }

  /// Adds the supervisor and its heartbeat, above all domains that the system has, which must be complete.
  ///
  /// - Throws: `SubsystemError`.
  public func connect(in system: inout SystemBuilder) throws(SubsystemError) {
    let heartbeat = try system.add(
      "heartbeat", sourceImage: "heartbeat.elf", priority: Priority(Self.priority.rawValue - 1),
      budget: 100, period: Self.beat)
    let supervisor = try system.add(
      "supervisor", sourceImage: "supervisor.elf", priority: Self.priority,
      budget: SystemBuilder.wholeTurn, stackSize: .kibibytes(64))
    let peers = system.channels
    let children = try system.adoptAll(by: supervisor)
    let epochs = try system.addRegion(
      "supervisor_epochs", size: ByteCount(UInt64(EpochTable.byteCount)))
    var record = RecordBytes<SupervisorConfig>()
    record[SupervisorConfig.size] = UInt32(SupervisorConfig.byteCount)
    record[SupervisorConfig.childCount] = UInt8(children.count)
    record[SupervisorConfig.crashLimit] = UInt8(clamping: options.crashLimit)
    record[SupervisorConfig.windowMilliseconds] = options.window
    record[SupervisorConfig.delayMilliseconds] = options.delay
    record[SupervisorConfig.epochs] = MappedRange(
      try system.map(epochs, into: supervisor, .readWrite))
    for (number, child) in children.enumerated() {
      // The supervisor has no other channels, so that both ends of this one and the child have the same number there.
      let ids = try system.connect(server: supervisor, client: child)
      if child == heartbeat { record[SupervisorConfig.heartbeat] = UInt8(number) }
      let entry = SupervisorConfig.children[number]
      let domain = system.domain(child)
      record[entry / SupervisedChild.entry] = Self.entry
      record[entry / SupervisedChild.stage] = stages[child] ?? 0
      record[entry / SupervisedChild.priority] = domain.priority?.rawValue ?? 0
      record[entry / SupervisedChild.flags] =
        (silent.contains(child) || child == heartbeat ? 0 : SupervisedChild.answers)
        | (domain.passive ? SupervisedChild.isPassive : 0)
      try record.set(entry / SupervisedChild.name, to: child.name, what: "name")

      var own = RecordBytes<SupervisedConfig>()
      own[SupervisedConfig.size] = UInt32(SupervisedConfig.byteCount)
      own[SupervisedConfig.number] = UInt8(number)
      own[SupervisedConfig.supervisorID] = ids.client.rawValue
      own[SupervisedConfig.epochs] = MappedRange(try system.map(epochs, into: child, .read))
      _ = own.set(
        SupervisedConfig.peers, at: 0, to: Self.peers(of: child, in: peers, children: children))
      try system.addRecord(own, fileName: "supervised_\(child.name)", to: child)
    }
    try system.addRecord(record, fileName: "supervisor", to: supervisor)
  }

  /// Where the images of Serval's programs, and of Microkit's own library, begin (microkit.ld).
  private static let entry: UInt64 = 0x20_0000

  /// The number of the child at the other end of each channel of `child`.
  private static func peers(
    of child: PD, in channels: [Channel], children: [PD]
  ) -> [UInt8] {
    var numbers = [UInt8](
      repeating: SupervisedConfig.none, count: SupervisedConfig.peers.capacity)
    for channel in channels {
      for (end, other) in [(channel.a, channel.b), (channel.b, channel.a)]
      where end.domain == child.name {
        guard let number = children.firstIndex(where: { $0.name == other.domain }) else { continue }
        numbers[Int(end.id.rawValue)] = UInt8(number)
      }
    }
    return numbers
  }
}

extension NetworkSubsystem {
  /// The stages in which its domains begin again: the driver resets the card and its queues before the others use either; the receive
  /// virtualiser resets its queues before the copiers use them.
  public var stages: [PD: UInt8] {
    var stages: [PD: UInt8] = [driver: 1, virtRx: 2, virtTx: 2]
    for client in clients { stages[client.copier] = 3 }
    return stages
  }
}
