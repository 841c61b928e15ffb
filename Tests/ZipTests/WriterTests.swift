// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Zip

@Test func anEmptyArchiveIsItsEndRecord() throws {
  #expect(try archive([]) == [0x50, 0x4b, 5, 6] + [UInt8](repeating: 0, count: 18))
}
