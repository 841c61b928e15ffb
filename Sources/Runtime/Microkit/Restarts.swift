// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// How often this protection domain's parent has restarted it; the one thing that survives a restart.
public var restarts: UInt64 { cmicrokit_restarts() }
