// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Rings

extension ClientSet {
  /// Signals the channel of each client in the set.
  public func notify(_ channel: (Int) -> Channel) {
    var rest = self
    while let client = rest.popFirst() { channel(client).notify() }
  }
}
