// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Wire

@Suite struct SequenceNumberTests {
  @Test func goesRound() {
    let near = SequenceNumber(0xffff_fff0)
    let beyond = near + 0x20
    #expect(beyond.value == 0x10 && beyond - near == 0x20 && near - beyond == -0x20)
    #expect(near < beyond && beyond > near && near <= near && !(near < near))
    #expect(SequenceNumber.max(near, beyond) == beyond && .min(near, beyond) == near)
    #expect(beyond - 0x20 == near)
  }
}
