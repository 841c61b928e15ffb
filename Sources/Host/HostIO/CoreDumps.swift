// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Dumps of this process's memory.
public enum CoreDumps {
  /// Lets the system write none, for processes that hold private keys.
  public static func forbid() {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_CORE.rawValue)
    guard getrlimit(resource, &limit) == 0 else { return }
    // Linux gives a dump to a program at any limit but 1, and writes no file as small.
    limit.rlim_cur = min(1, limit.rlim_max)
    _ = setrlimit(resource, &limit)
  }
}
