// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Subsystems
import SystemModel

/// A system for random numbers: several clients of the service, and one program without it.
enum EntropyProbeSystem: SystemTemplate {
  static let name = "entropy_probes"
  static let summary = "Clients of the entropy service"
  static let options: [SystemOption] = []

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var serial = try system.addSerial()
    var entropy = try system.addEntropy()
    for name in ["first", "second", "third", "alone"] {
      let probe = try system.add(
        name, sourceImage: "entropy_probe.elf", priority: SystemBuilder.sharedPriority,
        budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(16),
        heap: .kibibytes(64))
      try timer.addClient(probe)
      try serial.addClient(probe)
      if name != "alone" { try entropy?.addClient(probe) }
    }
    try serial.connect(in: &system)
    try timer.connect(in: &system)
    try entropy?.connect(in: &system)
    try system.addIdle()
  }
}
