// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CUnicorn

/// The version of the Unicorn library that this process runs with, which may be newer than the one that it was
/// built with: "2.1.4".
public var unicornVersion: String {
  // Major, minor and patch, a byte each from the highest; behind them what is not released.
  let version = uc_version(nil, nil)
  return "\(version >> 24 & 0xff).\(version >> 16 & 0xff).\(version >> 8 & 0xff)"
}
