// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree
import SystemModel

extension Interrupt {
  /// A device's interrupt, as a protection domain receives it on `id`.
  public init(_ interrupt: DeviceInterrupt, id: ChannelID) {
    let trigger: Trigger =
      switch interrupt.trigger {
      case .level: .level
      case .edge: .edge
      }
    self.init(IRQNumber(interrupt.number), trigger, id: id)
  }
}
