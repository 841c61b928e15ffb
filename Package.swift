// swift-tools-version: 6.1
// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import PackageDescription

// Modules are grouped by where they live, and imports point down only: Host may import Host below it
// and Shared; Shared imports Shared below it. DESIGN.md's house, in the order of the build flow.

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

func host(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/Host/\(name)")
}

func shared(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/Shared/\(name)")
}

func targetModule(
  _ name: String, at folder: String, _ dependencies: [Target.Dependency] = []
) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/Target/\(folder)")
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)")
}

let package = Package(
  name: "serval",
  products: [
    .executable(name: "serval", targets: ["serval"]),
    // Everything that a system of one's own needs: describe, connect, check, render, and the command.
    .library(
      name: "Serval",
      targets: [
        "ServalCommand", "SystemReports", "SystemChecks", "SystemXML", "Subsystems", "Boards",
        "SystemModel", "ELFImage", "DeviceTree", "Diagnostics", "Records",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // Host, top to bottom.
    .executableTarget(
      name: "serval", dependencies: ["ServalCommand", "Systems"], path: "Sources/Host/serval"),
    host(
      "ServalCommand",
      [
        "SystemReports", "SystemChecks", "SystemXML", "Subsystems", "Boards", "SystemModel",
        "ELFImage", "DeviceTree", "Diagnostics", "Records", argumentParser,
      ]),
    .target(
      name: "Systems", dependencies: ["Subsystems", "Records", "SystemModel"],
      path: "systems", exclude: []),
    host("Subsystems", ["Boards", "SystemModel", "DeviceTree", "Diagnostics", "Records"]),
    host("SystemReports", ["SystemModel", "Records", "ELFImage", "Diagnostics"]),
    host("SystemChecks", ["SystemXML", "SystemModel", "ELFImage", "Diagnostics"]),
    host("SystemXML", ["SystemModel", "Diagnostics", "CExpat"]),
    .target(
      name: "Boards", dependencies: ["SystemModel", "DeviceTree", "Diagnostics"], path: "dts",
      resources: [.embedInCode("qemu_virt_aarch64.dts"), .embedInCode("odroidc4.dts")]),
    host("SystemModel", ["Diagnostics"]),
    host("ELFImage", ["Diagnostics"]),
    host("DeviceTree", ["Diagnostics", "CLibFDT"]),
    host("Diagnostics"),
    .systemLibrary(
      name: "CLibFDT", path: "Sources/Host/CLibFDT", providers: [.apt(["libfdt-dev"])]),
    .systemLibrary(
      name: "CExpat", path: "Sources/Host/CExpat", pkgConfig: "expat",
      providers: [.apt(["libexpat1-dev"])]),

    // Shared by the host tool and the protection domains.
    shared("Records"),
    shared("Rings", ["CMemory"]),
    .systemLibrary(name: "CMemory", path: "Sources/Shared/CMemory"),

    // Run in protection domains only; no kernel in them, so that tests run them on the host.
    targetModule("PL011", at: "Drivers/PL011", ["Components", "Registers"]),
    targetModule("MesonUART", at: "Drivers/MesonUART", ["Components", "Registers"]),
    targetModule(
      "ArmGenericTimer", at: "Drivers/ArmGenericTimer", ["Components", "CCounterTimer"]),
    targetModule("MesonTimer", at: "Drivers/MesonTimer", ["Components", "Registers"]),
    .systemLibrary(name: "CCounterTimer", path: "Sources/Target/Drivers/CCounterTimer"),
    targetModule("Components", at: "Components", ["Rings"]),
    targetModule("Registers", at: "Registers", ["CMemory"]),

    // Tests.
    .target(
      name: "TargetTestSupport", dependencies: ["Registers", "Rings"],
      path: "Tests/TargetTestSupport"),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("DeviceTreeTests", ["DeviceTree", "Boards"]),
    tests("ELFImageTests", ["ELFImage"]),
    tests("RecordsTests", ["Records"]),
    tests("RingsTests", ["Rings", "TargetTestSupport"]),
    tests(
      "DriversTests",
      [
        "PL011", "MesonUART", "ArmGenericTimer", "MesonTimer", "Components", "Registers", "Rings",
        "TargetTestSupport",
      ]),
    tests("ComponentsTests", ["Components", "Rings", "TargetTestSupport"]),
    tests("SystemModelTests", ["SystemModel"]),
    tests("SystemXMLTests", ["SystemXML", "SystemModel"]),
    tests("SystemChecksTests", ["SystemChecks", "SystemXML", "SystemModel"]),
    tests("SystemReportsTests", ["SystemReports", "SystemXML", "SystemModel", "Records"]),
    tests("SubsystemsTests", ["Subsystems", "Boards", "Systems", "Records"]),
    tests("ServalCommandTests", ["ServalCommand", "Systems"]),
  ],
  swiftLanguageModes: [.v6]
)
