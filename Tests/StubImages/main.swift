// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Writes a stub image for the real Microkit tool to pack:
//   stub-images FILE [SECTION=BYTES ...] [VARIABLE:8 ...]

import Diagnostics
import Glibc
import HostIO
import TestSupport

func fail(_ text: String, status: Int32) -> Never {
  _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  exit(status)
}

let arguments = CommandLine.arguments.dropFirst()
guard let path = arguments.first else {
  fail("usage: stub-images FILE [SECTION=BYTES ...] [VARIABLE:BYTES ...]\n", status: 2)
}
var stub = StubELF()
for argument in arguments.dropFirst() {
  let isSection = argument.contains("=")
  let parts = argument.split(separator: isSection ? "=" : ":")
  guard parts.count == 2, let count = Int(parts[1]), (0...(1 << 28)).contains(count) else {
    fail("stub-images: cannot read '\(argument)'\n", status: 2)
  }
  let name = String(parts[0])
  if isSection {
    stub.sections.append(StubELF.Section(name, byteCount: count))
  } else {
    stub.variables.append(StubELF.Variable(name, [UInt8](repeating: 0, count: count)))
  }
}
do {
  try Files.replace(path, with: stub.bytes)
} catch {
  fail(FindingRenderer(format: .text).render(error.findings), status: 2)
}
