// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

// From a device's interrupt line to its handler's notification. As with the GIC under seL4, a line is
// masked from delivery to acknowledgement. An edge that arrives meanwhile is remembered; a level that is
// still high is delivered again.
extension Kernel {
  /// A device drives its interrupt line high or low.
  func setLine(_ number: IRQNumber, high: Bool) {
    for line in interruptLines where line.number == number {
      switch line.trigger {
      case .level:
        line.isPending = high
      case .edge:
        if high, !line.isHigh { line.isPending = true }
      }
      line.isHigh = high
      deliver(line)
    }
  }

  private func deliver(_ line: InterruptLine) {
    guard line.isPending, !line.isMasked else { return }
    line.isMasked = true
    if line.trigger == .edge { line.isPending = false }
    spend(Self.interruptTime)
    line.notification.bound?.statistics.interrupts += 1
    trace?.recordInterrupt(line, at: now)
    signal(line.notification, badge: line.badge)
  }

  /// The handler acknowledges the interrupt (seL4_IRQHandler_Ack).
  func acknowledge(_ line: InterruptLine) {
    line.isMasked = false
    deliver(line)
  }
}
