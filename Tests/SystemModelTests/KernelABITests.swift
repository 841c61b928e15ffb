// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import SystemModel

/// make/check-abi.sh compares the same values with an SDK's headers.
@Suite struct KernelABITests {
  @Test(arguments: [
    (SDKVersion.v1_4_1, KernelConfiguration.debug, UInt32(26), true, false),
    (.v1_4_1, .release, 26, false, false), (.v2_0_1, .benchmark, 26, false, false),
    (.v2_1_0, .debug, 27, true, true), (.v2_2_0, .release, 27, false, true),
    (.v2_3_0, .debug, 31, true, true), (.v2_3_0, .release, 27, false, true),
    (.v2_3_0, .benchmark, 27, false, true),
    (.v2_1_0, .smpDebug, 27, true, true), (.v2_3_0, .smpDebug, 31, true, true),
    (.v2_3_0, .smpRelease, 27, false, true), (.v2_3_1, .smpBenchmark, 27, false, true),
    (.v2_3_1, .debug, 31, true, true), (.v2_3_1, .release, 27, false, true),
    (.v2_3_1, .benchmark, 27, false, true),
  ])
  func differsByKernel(
    sdk: SDKVersion, configuration: KernelConfiguration, label: UInt32, prints: Bool, first: Bool
  ) {
    let abi = KernelABI(sdk, configuration)
    #expect(abi.irqAckLabel == label && abi.canPrint == prints && abi.acknowledgesFirst == first)
  }
}
