// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ServalCommand
import Systems

ServalTool.main(systems: builtInSystems)
