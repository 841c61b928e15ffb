// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import Microkit

extension ProcessorFeatures {
  /// Uses what all processors of the board have, from now on.
  public static func useThoseOfBoard() {
    if Processors.haveCryptographicExtension { cryptographicExtension.use() }
  }
}
