// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Subsystems
import SystemModel

/// A console and a clock: the smallest system that shows that everything works.
public enum HelloSystem: SystemTemplate {
  /// As in `serval generate hello`.
  public static let name = "hello"
  /// Shown by `serval help generate`.
  public static let summary = "Serial console and timer, with a child that is restarted"
  /// None.
  public static let options: [SystemOption] = []

  /// Adds the domains that README.md lists, and connects them.
  public static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var serial = try system.addSerial(withInput: true)
    let hello = try system.add(
      "hello", sourceImage: "hello.elf", priority: SystemBuilder.sharedPriority,
      budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, heap: .kibibytes(32))
    // Less urgent than its parent, so that the parent can always handle its fault.
    let child = try system.add(
      "hello_child", sourceImage: "hello_child.elf", priority: 94, heap: .kibibytes(4),
      parent: hello)
    // Connected first, so that it is channel 0 at both ends: the parent wakes the child, which asks for work.
    _ = try system.connect(server: hello, client: child, .protectedCalls)

    try serial.addClient(hello)
    try timer.addClient(hello)
    try serial.connect(in: &system)
    try timer.connect(in: &system)
  }
}
