// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Subsystems

/// The systems that are built into `serval generate`.
public let builtInSystems: [any SystemTemplate.Type] = [
  HelloSystem.self, EchoSystem.self, ProgramSystem.self, WebServerSystem.self, ArchiverSystem.self,
]
