// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArchiverRecord
import ServalCommand
import Systems

ServalTool.main(systems: builtInSystems, records: [ArchiverSettings.self])
