// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Turns a folder into Swift sources, for the plugin EmbedFiles:
//   embed-files FOLDER OUTPUT

import Diagnostics
import FileEmbedding
import Glibc

func fail(_ text: String) -> Never {
  _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  exit(2)
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count == 2 else { fail("usage: embed-files FOLDER OUTPUT\n") }
do {
  try EmbeddedSources.update(
    from: arguments[0], to: arguments[1], tool: CommandLine.arguments[0])
} catch {
  fail(FindingRenderer(format: .text).render(error.findings))
}
