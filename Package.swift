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
    .plugin(name: "ServalPlugin", targets: ["ServalPlugin"]),
    // Everything that a system of one's own needs: describe, connect, check, render, and the command.
    .library(
      name: "Serval",
      targets: [
        "ServalCommand", "SystemReports", "SystemChecks", "SystemXML", "Subsystems", "Boards",
        "SystemModel", "ELFImage", "DeviceTree", "HostIO", "Diagnostics", "Records",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // Host, top to bottom.
    .executableTarget(
      name: "serval", dependencies: ["ServalCommand", "Systems"], path: "Sources/Host/serval"),
    .plugin(
      name: "ServalPlugin",
      capability: .command(
        intent: .custom(
          verb: "serval", description: "Lays out, checks, reads and compares Microkit systems."),
        permissions: [
          .writeToPackageDirectory(reason: "serval generate writes the system and its records.")
        ]),
      dependencies: ["serval"]),
    host(
      "ServalCommand",
      [
        "SystemReports", "SystemChecks", "SystemXML", "Subsystems", "Boards", "SystemModel",
        "ELFImage", "DeviceTree", "HostIO", "Diagnostics", "Records", argumentParser,
      ]),
    .target(
      name: "Systems", dependencies: ["Subsystems", "Records", "SystemModel"],
      path: "systems",
      exclude: ["hello", "echo", "webserver"].flatMap { ["\($0)/README.md", "\($0)/expected"] }),
    host("Subsystems", ["Boards", "SystemModel", "DeviceTree", "Diagnostics", "Records"]),
    host("SystemReports", ["SystemModel", "Records", "ELFImage", "HostIO", "Diagnostics"]),
    host("SystemChecks", ["SystemXML", "SystemModel", "ELFImage", "HostIO", "Diagnostics"]),
    host("SystemXML", ["SystemModel", "Diagnostics", "CExpat"]),
    .target(
      name: "Boards", dependencies: ["SystemModel", "DeviceTree", "Diagnostics"], path: "dts",
      resources: [.embedInCode("qemu_virt_aarch64.dts"), .embedInCode("odroidc4.dts")]),
    host("SystemModel", ["Diagnostics"]),
    host("ELFImage", ["Diagnostics"]),
    host("DeviceTree", ["HostIO", "Diagnostics", "CLibFDT"]),
    host("HostIO", ["Diagnostics"]),
    host("Diagnostics"),
    .systemLibrary(
      name: "CLibFDT", path: "Sources/Host/CLibFDT", providers: [.apt(["libfdt-dev"])]),
    .systemLibrary(
      name: "CExpat", path: "Sources/Host/CExpat", pkgConfig: "expat",
      providers: [.apt(["libexpat1-dev"])]),

    // Shared by the host tool and the protection domains.
    shared("Records"),
    shared("Rings", ["CMemory"]),
    shared("Bytes"),
    shared("HTTP", ["Bytes"]),
    shared("XDR", ["Bytes"]),
    shared("ONCRPC", ["XDR", "Bytes"]),
    shared("NFS", ["ONCRPC", "XDR", "Bytes"]),
    shared("FileSystem", ["Rings"]),
    shared("NFSFileServer", ["FileSystem", "NFS", "Rings"]),
    shared("StaticSite", ["HTTP", "FileSystem", "Rings", "Bytes"]),
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
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .executableTarget(
      name: "stub-images", dependencies: ["TestSupport", "HostIO", "Diagnostics"],
      path: "Tests/StubImages"),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("HostIOTests", ["HostIO"]),
    tests("DeviceTreeTests", ["DeviceTree", "Boards"]),
    tests("ELFImageTests", ["ELFImage", "HostIO", "TestSupport"]),
    tests("RecordsTests", ["Records", "HostIO"]),
    tests("HTTPTests", ["HTTP", "Bytes"]),
    tests("NFSTests", ["NFS", "ONCRPC", "XDR", "Bytes", "NFSTestSupport"]),
    tests(
      "FileSystemTests",
      ["NFSFileServer", "FileSystem", "NFS", "NFSTestSupport", "Rings", "TargetTestSupport"]),
    tests(
      "StaticSiteTests",
      [
        "StaticSite", "HTTP", "NFSFileServer", "FileSystem", "NFS", "NFSTestSupport", "Rings",
        "Bytes", "TargetTestSupport",
      ]),
    .target(
      name: "NFSTestSupport", dependencies: ["NFS", "ONCRPC", "XDR", "Bytes"],
      path: "Tests/NFSTestSupport"),
    tests("RingsTests", ["Rings", "TargetTestSupport"]),
    tests(
      "DriversTests",
      [
        "PL011", "MesonUART", "ArmGenericTimer", "MesonTimer", "Components", "Registers", "Rings",
        "TargetTestSupport",
      ]),
    tests("ComponentsTests", ["Components", "Rings", "TargetTestSupport"]),
    tests("SystemModelTests", ["SystemModel"]),
    tests("SystemXMLTests", ["SystemXML", "SystemModel", "Diagnostics"]),
    tests(
      "SystemChecksTests",
      [
        "SystemChecks", "SystemXML", "SystemModel", "Systems", "Subsystems", "Boards", "HostIO",
        "TestSupport", "WebserverFixture",
      ]),
    tests(
      "SystemReportsTests",
      [
        "SystemReports", "SystemXML", "SystemModel", "Systems", "Subsystems", "Boards", "Records",
        "ELFImage", "HostIO", "TestSupport", "WebserverFixture",
      ]),
    .target(
      name: "WebserverFixture", dependencies: ["SystemModel"], path: "Tests/WebserverFixture"),
    tests("SubsystemsTests", ["Subsystems", "Boards", "Records", "SystemModel"]),
    tests(
      "SystemsTests",
      ["Systems", "Subsystems", "SystemXML", "Boards", "Records", "SystemModel", "HostIO"]),
    tests(
      "ServalCommandTests",
      [
        "ServalCommand", "Systems", "Subsystems", "Boards", "SystemModel", "Records", "HostIO",
        "TestSupport", "serval",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
