// swift-tools-version: 6.1
// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import PackageDescription

let package = Package(
  name: "own-system",
  dependencies: [
    // In a repository of your own: .package(url: "https://github.com/serval-sel4/serval", from: "0.3.0")
    .package(name: "serval", path: "../../..", traits: [])
  ],
  targets: [
    .executableTarget(
      name: "my-serval", dependencies: [.product(name: "Serval", package: "serval")],
      resources: [.embedInCode("imx8mm_evk.dts")])
  ],
  swiftLanguageModes: [.v6]
)
