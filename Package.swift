// swift-tools-version: 6.1
// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import PackageDescription

// Modules are grouped by where they live, and imports point down only: Host may import Host below it
// and Shared; Shared imports Shared below it; Target imports Target below it and Shared. DESIGN.md's
// house, in the order of the two flows.
//
// The package has two builds. Without SERVAL_TARGET: the tool, and the tests of everything that runs
// without a kernel. With SERVAL_TARGET=1, which `make images` sets: the protection domains' programs,
// for aarch64-none-none-elf and with the flags of Sources/Target/toolset.json.
let isTarget = Context.environment["SERVAL_TARGET"] == "1"

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

func host(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/Host/\(name)")
}

/// `allocates`: only for programs that have a heap.
func shared(
  _ name: String, allocates: Bool = false, _ dependencies: [Target.Dependency] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Shared/\(name)",
    swiftSettings: allocates ? [] : targetSettings)
}

func targetModule(
  _ name: String, at folder: String, _ dependencies: [Target.Dependency] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Target/\(folder)",
    swiftSettings: targetSettings)
}

/// A protection domain's program; its product is the ELF file `name`. Without `heap`, in bytes, its sources
/// are compiled so that nothing can be allocated.
func program(
  _ name: String, at folder: String = "Sources/Target/ProtectionDomains", heap: Int = 0,
  _ dependencies: [Target.Dependency]
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + (heap > 0 ? ["ProgramHeap"] : []),
    path: "\(folder)/\(name)", swiftSettings: heap > 0 ? [] : targetSettings,
    linkerSettings: [.unsafeFlags(["-Xlinker", "--defsym=heap_size=\(heap)"])])
}

let targetSettings: [SwiftSetting] = isTarget ? [.unsafeFlags(["-no-allocations"])] : []

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)")
}

// MARK: Host, top to bottom

let hostModules: [Target] = [
  .executableTarget(
    name: "serval", dependencies: ["ServalCommand", "Systems"], path: "Sources/Host/serval"),
  .plugin(
    name: "MicrokitPlugin",
    capability: .command(
      intent: .custom(
        verb: "microkit", description: "Builds programs and boot images, as make does."),
      permissions: [
        .writeToPackageDirectory(reason: "make image writes the system and its boot image to out/.")
      ]),
    dependencies: ["serval"]),
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
      "Traps", "ELFImage", "DeviceTree", "HostIO", "Diagnostics", "Records", argumentParser,
    ]),
  .target(
    name: "Systems", dependencies: ["Subsystems", "Records", "SystemModel"],
    path: "systems",
    exclude: ["hello", "echo", "webserver"].flatMap { ["\($0)/README.md", "\($0)/expected"] }),
  // What links Unicorn, which is GPL-2.0, is a program of its own that `serval run` starts.
  .executableTarget(
    name: "serval-emulator",
    dependencies: [
      "Emulator", "SystemChecks", "SystemModel", "HostIO", "Diagnostics", argumentParser,
    ],
    path: "Sources/Host/serval-emulator"),
  host("NFSExport", ["ONCRPC", "XDR", "Bytes", "CStatx"]),
  .systemLibrary(name: "CStatx", path: "Sources/Host/CStatx"),
  host(
    "Emulator",
    ["NFSExport", "SystemModel", "ELFImage", "HostIO", "Diagnostics", "CUnicorn", "CSlirp"]),
  .systemLibrary(
    name: "CSlirp", path: "Sources/Host/CSlirp", providers: [.apt(["libslirp-dev"])]),
  .systemLibrary(
    name: "CUnicorn", path: "Sources/Host/CUnicorn", providers: [.apt(["libunicorn-dev"])]),
  host("Subsystems", ["Boards", "SystemModel", "DeviceTree", "Diagnostics", "Records"]),
  host("SystemReports", ["SystemModel", "Records", "ELFImage", "HostIO", "Diagnostics"]),
  host("SystemChecks", ["SystemXML", "SystemModel", "ELFImage", "HostIO", "Diagnostics"]),
  host("SystemXML", ["SystemModel", "Diagnostics", "CExpat"]),
  .target(
    name: "Boards", dependencies: ["SystemModel", "DeviceTree", "Diagnostics"], path: "dts",
    resources: [.embedInCode("qemu_virt_aarch64.dts"), .embedInCode("odroidc4.dts")]),
  host("SystemModel", ["Diagnostics"]),
  host("Traps", ["ELFImage", "HostIO"]),
  host("ELFImage", ["Diagnostics"]),
  host("DeviceTree", ["HostIO", "Diagnostics", "CLibFDT"]),
  host("HostIO", ["Diagnostics"]),
  host("Diagnostics"),
  .systemLibrary(
    name: "CLibFDT", path: "Sources/Host/CLibFDT", providers: [.apt(["libfdt-dev"])]),
  .systemLibrary(
    name: "CExpat", path: "Sources/Host/CExpat", pkgConfig: "expat",
    providers: [.apt(["libexpat1-dev"])]),
]

// MARK: Shared by the host tool and the protection domains

let sharedModules: [Target] = [
  shared("StaticSite", allocates: true, ["HTTP", "FileSystem", "Rings", "Bytes"]),
  shared("HTTP", allocates: true, ["Bytes"]),
  shared("NFSFileServer", allocates: true, ["FileSystem", "NFS", "Rings", "Bytes"]),
  shared("FileSystem", allocates: true, ["Rings", "Bytes"]),
  shared("NFS", allocates: true, ["ONCRPC", "XDR", "Bytes"]),
  shared("ONCRPC", allocates: true, ["XDR", "Bytes"]),
  shared("XDR", allocates: true, ["Bytes"]),
  shared("Bytes", allocates: true),
  shared("NetworkStack", allocates: true, ["Wire", "Records"]),
  shared("Wire", allocates: true, ["Records", "CMemory"]),
  shared("Records"),
  shared("Rings", ["CMemory"]),
  .systemLibrary(name: "CMemory", path: "Sources/Shared/CMemory"),
]

// MARK: In protection domains only, but without a kernel: tests run these on the host

let kernellessModules: [Target] = [
  targetModule(
    "DesignWareMAC", at: "Drivers/DesignWareMAC", ["Components", "DMA", "Registers"]),
  targetModule("VirtioNet", at: "Drivers/VirtioNet", ["Components", "DMA", "Registers"]),
  targetModule("PL011", at: "Drivers/PL011", ["Components", "Registers"]),
  targetModule("MesonUART", at: "Drivers/MesonUART", ["Components", "Registers"]),
  targetModule(
    "ArmGenericTimer", at: "Drivers/ArmGenericTimer", ["Components", "CCounterTimer"]),
  targetModule("MesonTimer", at: "Drivers/MesonTimer", ["Components", "Registers"]),
  .systemLibrary(name: "CCounterTimer", path: "Sources/Target/Drivers/CCounterTimer"),
  targetModule("Components", at: "Components", ["DMA", "Rings"]),
  targetModule("Registers", at: "Registers", ["CMemory"]),
  targetModule("DMA", at: "DMA", ["CMemory"]),
  targetModule("Heap", at: "Heap"),
]

// MARK: The runtime and the programs, top to bottom

let programs: [Target] = [
  program(
    "echo", heap: 18 << 20,
    ["Networking", "NetworkStack", "Bytes", "Wire", "Clients", "Microkit", "Records"]),
  program(
    "nfs", heap: 18 << 20,
    [
      "Networking", "NFSFileServer", "NFS", "ONCRPC", "NetworkStack", "Bytes", "Wire", "Clients",
      "Wiring", "Microkit", "Records", "Rings",
    ]),
  program(
    "web_server", heap: 30 << 20,
    [
      "Networking", "StaticSite", "HTTP", "FileSystem", "NetworkStack", "Bytes", "Wire", "Clients",
      "Wiring", "Microkit", "Records", "Rings",
    ]),
  program("idle", ["Microkit"]),
  program("hello", heap: 0x8000, ["HelloProtocol", "Clients", "Microkit", "Records"]),
  program("hello_child", heap: 0x1000, ["HelloProtocol", "Microkit"]),
  program("net_copier", ["Components", "Wiring", "Microkit", "Records"]),
  program("net_virt_rx", ["Components", "DMA", "Wiring", "Microkit", "Records", "Rings"]),
  program("net_virt_tx", ["Components", "DMA", "Wiring", "Microkit", "Records"]),
  program(
    "ethernet_driver_meson",
    ["DesignWareMAC", "Programs", "DMA", "Wiring", "Microkit", "Records", "Registers"]),
  program(
    "ethernet_driver_virtio",
    ["VirtioNet", "Programs", "DMA", "Wiring", "Microkit", "Records", "Registers"]),
  program("serial_virt_rx", ["Components", "Wiring", "Microkit", "Records", "Rings"]),
  program("serial_virt_tx", ["Components", "Wiring", "Microkit", "Records", "Rings"]),
  program(
    "serial_driver_meson",
    ["MesonUART", "Programs", "Wiring", "Microkit", "Records", "Registers"]),
  program(
    "serial_driver_pl011", ["PL011", "Programs", "Wiring", "Microkit", "Records", "Registers"]),
  program("timer_driver_arm", ["ArmGenericTimer", "Programs", "Wiring", "Microkit", "Records"]),
  program(
    "timer_driver_meson",
    ["MesonTimer", "Programs", "Wiring", "Microkit", "Records", "Registers"]),
  targetModule("HelloProtocol", at: "HelloProtocol"),
  targetModule(
    "Programs", at: "Programs", ["Components", "Wiring", "Microkit", "Records", "Rings"]),
  .target(
    name: "Networking",
    dependencies: [
      "NetworkStack", "Wire", "Clients", "Components", "DMA", "Wiring", "Microkit", "CMicrokit",
      "Records",
    ],
    path: "Sources/Target/Networking"),
  targetModule(
    "Clients", at: "Clients",
    ["CCounterTimer", "Components", "Wiring", "Microkit", "Records", "Rings"]),
  targetModule(
    "Wiring", at: "Wiring", ["DMA", "Components", "Microkit", "Records", "Rings", "Registers"]),
  targetModule("ProgramHeap", at: "ProgramHeap", ["Heap", "Microkit", "CMicrokit"]),
  targetModule("Microkit", at: "Microkit", ["CMicrokit", "Records"]),
  .target(name: "CMicrokit", path: "Sources/Target/CMicrokit", exclude: ["check"]),
]

let testPrograms: [Target] = [
  program(
    "hostile", at: "Tests/Boot/Programs",
    ["Clients", "Components", "DMA", "Wiring", "Microkit", "Records", "Rings"]),
  program("runtime_client", at: "Tests/Boot/Programs", ["Clients", "Microkit", "Records"]),
  program("runtime_probe", at: "Tests/Boot/Programs", ["Microkit", "CMicrokit"]),
  program("runtime_server", at: "Tests/Boot/Programs", ["Microkit"]),
]

// MARK: Tests

let testModules: [Target] = [
  .target(
    name: "TargetTestSupport", dependencies: ["Components", "DMA", "Registers", "Rings"],
    path: "Tests/TargetTestSupport"),
  .target(name: "TestSupport", path: "Tests/TestSupport"),
  .executableTarget(
    name: "stub-images", dependencies: ["TestSupport", "HostIO", "Diagnostics"],
    path: "Tests/StubImages"),
  .executableTarget(
    name: "test-systems", dependencies: ["ServalCommand", "Subsystems", "SystemModel"],
    path: "Tests/Boot/Systems"),
  tests("DiagnosticsTests", ["Diagnostics"]),
  tests("HostIOTests", ["HostIO"]),
  tests("DeviceTreeTests", ["DeviceTree", "Boards"]),
  tests("ELFImageTests", ["ELFImage", "HostIO", "TestSupport"]),
  tests("TrapsTests", ["Traps", "ELFImage", "TestSupport"]),
  tests("RecordsTests", ["Records", "HostIO"]),
  tests("RingsTests", ["Rings", "TargetTestSupport"]),
  tests(
    "DriversTests",
    [
      "PL011", "MesonUART", "ArmGenericTimer", "MesonTimer", "VirtioNet", "DesignWareMAC",
      "Components", "DMA",
      "Registers", "Rings",
      "TargetTestSupport",
    ]),
  tests("HeapTests", ["Heap"]),
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
  tests("WireTests", ["Wire", "Records"]),
  tests("NetworkStackTests", ["NetworkStack", "Wire", "Records"]),
  tests("NFSExportTests", ["NFSExport", "XDR", "HostIO", "TestSupport"]),
  tests("ComponentsTests", ["Components", "DMA", "Rings", "TargetTestSupport"]),
  .testTarget(
    name: "EmulatorTests",
    dependencies: [
      "Emulator", "SystemChecks", "SystemModel", "ELFImage", "HostIO", "Diagnostics", "PL011",
      "MesonUART", "MesonTimer", "VirtioNet", "DesignWareMAC", "DMA", "Components", "Registers",
      "TestSupport", "serval",
      "serval-emulator",
    ],
    path: "Tests/EmulatorTests", exclude: ["Programs"]),
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
]

let package = Package(
  name: "serval",
  products: isTarget
    ? []
    : [
      .executable(name: "serval", targets: ["serval"]),
      .executable(name: "serval-emulator", targets: ["serval-emulator"]),
      .plugin(name: "ServalPlugin", targets: ["ServalPlugin"]),
      .plugin(name: "MicrokitPlugin", targets: ["MicrokitPlugin"]),
      // Everything that a system of one's own needs: describe, connect, check, render, and the command.
      .library(
        name: "Serval",
        targets: [
          "ServalCommand", "SystemReports", "SystemChecks", "SystemXML", "Subsystems", "Boards",
          "SystemModel", "Traps", "ELFImage", "DeviceTree", "HostIO", "Diagnostics", "Records",
        ]),
    ],
  dependencies: isTarget
    ? [] : [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")],
  targets: sharedModules + kernellessModules
    + (isTarget ? programs + testPrograms : hostModules + testModules),
  swiftLanguageModes: [.v6]
)
