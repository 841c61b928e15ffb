// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What an interrupt controller's binding says about its specifiers. The bindings are Linux's, in
/// Documentation/devicetree/bindings.
enum ControllerKind: Hashable {
  /// Arm's: kind, number, flags, and on a GICv3 perhaps a partition of the cores.
  case gic
  /// RISC-V's PLIC: a number, on some followed by flags.
  case plic
  /// RISC-V's APLIC: a number and flags.
  case aplic
  /// The local interrupts of a RISC-V hart.
  case hart
  /// Takes messages and has no lines: RISC-V's IMSIC.
  case messages
  /// Wakes the system up and passes a GIC's specifiers on to the GIC unchanged.
  case wakeup
  /// Allwinner's R_INTC, which also accepts two cells for the interrupt that it raises itself.
  case allwinnerR
  /// Qualcomm's PDC: a pin, which `qcom,pdc-ranges` turns into an SPI, and flags.
  case qualcommPDC
  /// Qualcomm's MPM: a pin, which `qcom,mpm-pin-map` turns into an SPI, and flags.
  case qualcommMPM
  /// Socionext's AIDET: an SPI's number and flags.
  case uniphierAIDET

  /// The Meson's GPIO interrupts, which share the SPIs in `amlogic,channel-interrupts`.
  case mesonGPIO

  /// The kind by any of a node's `compatible` strings; nil for all others, whose lines only their
  /// own drivers know.
  init?(_ compatible: [String]) {
    guard let kind = compatible.lazy.compactMap({ kinds[$0] }).first else { return nil }
    self = kind
  }
}

private let kinds: [String: ControllerKind] = {
  let names: [(ControllerKind, [String])] = [
    (
      .gic,
      [
        "arm,gic-v3", "arm,gic-400", "arm,cortex-a15-gic", "arm,cortex-a9-gic", "arm,cortex-a7-gic",
        "arm,cortex-a5-gic", "arm,pl390", "arm,eb11mp-gic", "arm,tc11mp-gic", "arm,arm11mp-gic",
        "arm,arm1176jzf-devchip-gic", "arm,gic-v2", "brcm,brahma-b15-gic", "qcom,msm-8660-qgic",
        "qcom,msm-qgic2",
      ]
    ),
    (
      .plic,
      ["riscv,plic0", "sifive,plic-1.0.0", "thead,c900-plic", "andestech,nceplic100"]
    ),
    (.aplic, ["riscv,aplic"]),
    (.hart, ["riscv,cpu-intc"]),
    (.messages, ["riscv,imsics", "arm,gic-v3-its", "arm,gic-v2m-frame"]),
    (
      .wakeup,
      [
        "fsl,imx6q-gpc", "fsl,imx6qp-gpc", "fsl,imx6sl-gpc", "fsl,imx6sll-gpc", "fsl,imx6sx-gpc",
        "fsl,imx6ul-gpc", "fsl,imx7d-gpc", "fsl,imx8mm-gpc", "fsl,imx8mn-gpc", "fsl,imx8mp-gpc",
        "fsl,imx8mq-gpc", "ti,omap4-wugen-mpu", "ti,omap5-wugen-mpu", "nvidia,tegra20-ictlr",
        "nvidia,tegra30-ictlr", "nvidia,tegra114-ictlr", "nvidia,tegra124-ictlr",
        "nvidia,tegra210-ictlr", "samsung,exynos3250-pmu", "samsung,exynos4210-pmu",
        "samsung,exynos4212-pmu", "samsung,exynos4412-pmu", "samsung,exynos5250-pmu",
        "samsung,exynos5420-pmu", "mediatek,mt6577-sysirq", "mediatek,mtk-cirq",
        "socionext,synquacer-exiu",
      ]
    ),
    (
      .allwinnerR,
      [
        "allwinner,sun6i-a31-r-intc", "allwinner,sun8i-a83t-r-intc", "allwinner,sun8i-h3-r-intc",
        "allwinner,sun50i-a64-r-intc", "allwinner,sun50i-h6-r-intc",
      ]
    ),
    (.mesonGPIO, ["amlogic,meson-gpio-intc"]),
    (.qualcommPDC, ["qcom,pdc"]),
    (.qualcommMPM, ["qcom,mpm"]),
    (
      .uniphierAIDET,
      [
        "socionext,uniphier-ld4-aidet", "socionext,uniphier-pro4-aidet",
        "socionext,uniphier-sld8-aidet", "socionext,uniphier-pro5-aidet",
        "socionext,uniphier-pxs2-aidet", "socionext,uniphier-ld11-aidet",
        "socionext,uniphier-ld20-aidet", "socionext,uniphier-pxs3-aidet",
        "socionext,uniphier-nx1-aidet",
      ]
    ),
  ]
  return Dictionary(uniqueKeysWithValues: names.flatMap { kind, names in names.map { ($0, kind) } })
}()
