// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import ServalCommand

ServalTool.main(
  systems: [LoggerSystem.self],
  boards: Board.builtIn + [imx8mm],
  drivers: DriverDescription.builtIn + [imxUART, imxEthernet])
