// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Runs the example of docs/json.md for Tests/Boot/emulated.py.

import Web

@main enum Main {
  static func main() { serve(Register().routes) }
}
