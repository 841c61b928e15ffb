// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import Testing

@Suite struct SDKNameTests {
  @Test(arguments: SDKVersion.allCases) func releasesStandForThemselves(_ version: SDKVersion) {
    #expect(SDKName(version.rawValue) == SDKName(version))
    #expect(SDKName(version).isKnown)
  }

  @Test(arguments: [
    ("2.3.0-dev", SDKVersion.v2_3_0), ("2.3.0-dev.7+cfd5216", .v2_3_0), ("2.3.1-dev", .v2_3_1),
    ("2.3.2", .newest), ("2.4.0", .newest), ("3.0.0-rc.1", .newest), ("10.0.0", .newest),
    ("2.2.1", .v2_2_0), ("1.4.2", .v1_4_1), ("2.1.0+local", .v2_1_0),
  ])
  func othersGetTheLastKnownBefore(text: String, version: SDKVersion) {
    let name = SDKName(text)
    #expect(name?.version == version)
    #expect(name?.text == text)
    #expect(name?.isKnown == false)
  }

  @Test(arguments: [
    "", "2", "2.3", "2.3.0.1", "v2.3.0", "2.3.x", "2.3.0-", "2.3.0+", "2.3.0 dev", "1.4.0", "1.2.6",
    "0.0.0", "2.0.0", "2..0", "-2.3.0", "2.3.1234567", "+2.3.0", "2.3.0\u{301}",
  ])
  func whatIsNoSupportedVersionHasNone(text: String) {
    #expect(SDKName(text) == nil)
  }
}
