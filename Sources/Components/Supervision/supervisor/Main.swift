// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Microkit
import Records
import Supervision
import Time
import TimerWiring

enum Needs {
  // SystemBuilder.stackNeeds has the same number.
  @section(".serval_stack_needs") @used static let stack: UInt64 = 65_536
}

/// The parent of a system's other domains: restarts those that fault, and those that no longer wait for events.
@main enum Main {
  static func main() { run(SupervisorProgram(SupervisorConfig.linked())) }
}

struct SupervisorProgram: ProtectionDomain, ~Copyable {
  private typealias Config = SupervisorConfig

  private let config: LinkedRecord<SupervisorConfig>
  private let epochs: EpochWriter
  private let clock = Clock()
  private var supervisor: Supervisor

  init(_ config: LinkedRecord<SupervisorConfig>) {
    guard let epochs = EpochWriter(config[Config.epochs]) else {
      fatal(".supervisor_config: epochs is missing; rerun serval generate")
    }
    self.config = config
    self.epochs = epochs
    var settings = Supervisor.Settings()
    settings.crashLimit = Int(config[Config.crashLimit])
    settings.window = .milliseconds(UInt64(config[Config.windowMilliseconds]))
    settings.delay = .milliseconds(UInt64(config[Config.delayMilliseconds]))
    supervisor = Supervisor(settings)
    for index in 0..<config.count(of: Config.children, Config.childCount) {
      let child = Config.children[index]
      let flags = config[child / SupervisedChild.flags]
      supervisor.add(
        stage: Int(config[child / SupervisedChild.stage]),
        priority: Int(config[child / SupervisedChild.priority]),
        answers: flags & SupervisedChild.answers != 0,
        isPassive: flags & SupervisedChild.isPassive != 0)
    }
  }

  mutating func faulted(_ child: Child, _ fault: Fault) -> FaultAnswer {
    report(child, fault)
    carryOut(supervisor.died(Int(child.id), now: clock.now()))
    return .leaveStopped
  }

  mutating func notified(_ channels: ChannelSet) {
    let now = clock.now()
    carryOut(supervisor.answered(channels, now: now))
    if channels.contains(Channel(config[Config.heartbeat])) {
      carryOut(supervisor.beat(now: now))
    }
  }

  private mutating func carryOut(_ actions: Supervisor.Actions) {
    each(actions.silent) { child, config in
      SupervisorProgram.writeName(child, config)
      debugPrint(" no longer waits for events\n")
    }
    each(actions.stop) { child, _ in Child(child).stop() }
    let epochs = epochs
    each(actions.renew) { child, _ in epochs.begin(Int(child)) }
    each(actions.giveUp) { child, config in
      epochs.giveUp(Int(child))
      SupervisorProgram.writeName(child, config)
      debugPrint(" has crashed too often and is given up\n")
    }
    each(actions.start) { child, config in
      Child(child).restart(at: config[Config.children[Int(child)] / SupervisedChild.entry])
    }
    each(actions.signal) { child, _ in Channel(child).notify() }
  }

  private func each(
    _ children: IndexSet64, _ body: (UInt8, LinkedRecord<SupervisorConfig>) -> Void
  ) {
    var rest = children
    while let child = rest.popFirst() { body(UInt8(truncatingIfNeeded: child), config) }
  }

  // MARK: Messages, which only debug kernels print

  private func report(_ child: Child, _ fault: Fault) {
    SupervisorProgram.writeName(child.id, config)
    switch fault.kind {
    case .capability: debugPrint(" uses a missing capability")
    case .unknownSystemCall: debugPrint(" makes an unknown system call")
    case .instruction: debugPrint(" executes an undefined instruction")
    case .timeout: debugPrint(" has used up its budget")
    case .memory:
      debugPrint(" accesses ")
      debugPrint(hexadecimal: fault.address ?? 0)
    case .trap: debugPrint(" has trapped")
    case .other: debugPrint(" has faulted")
    }
    if let place = child.programCounter {
      debugPrint(" at ")
      debugPrint(hexadecimal: place)
    }
    debugPrint("\n")
  }

  private static func writeName(_ child: UInt8, _ config: LinkedRecord<SupervisorConfig>) {
    debugPrint("supervisor: ")
    let name = Config.children[Int(child)] / SupervisedChild.name
    for index in 0..<config.length(of: name) { debugPrint(byte: config.byte(index, of: name)) }
  }
}
