// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import SystemModel

struct ABI: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abi",
    abstract: "Shows what images are told about their kernel.",
    discussion: """
      'generate --images' writes this into section .serval_abi of each image that has one. It is why \
      an image is for one SDK and, since 2.3.0, either for debug or for the other configurations.
      """)

  @OptionGroup var sdk: SDKOption
  @OptionGroup var kernel: ConfigurationOption

  @Flag(help: "Print options for a C compiler, to compare the numbers with an SDK's headers.")
  var definitions = false

  func run() throws {
    let (sdk, configuration) = (try sdk.resolve(), try kernel.resolve())
    let abi = KernelABI(sdk, configuration)
    if definitions {
      Terminal.print(
        "-DSERVAL_IRQ_ACK_LABEL=\(abi.irqAckLabel) -DSERVAL_CAN_PRINT=\(abi.canPrint ? 1 : 0)\n")
      return
    }
    Terminal.print(
      """
      Microkit SDK \(sdk), \(configuration)
      label of IRQAckIRQ                        \(abi.irqAckLabel)
      debug output                              \(abi.canPrint ? "yes" : "no")
      interrupts acknowledged before the start  \(abi.acknowledgesFirst ? "yes" : "no")

      """)
  }
}
