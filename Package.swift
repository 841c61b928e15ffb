// swift-tools-version: 6.1
// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import PackageDescription

// Sources has four rooms, and imports point down only (docs/architecture.md):
//   Host        the tool and the emulator
//   Components  what systems consist of: for each class of device or service a folder with its protocols, drivers,
//               virtualisers, clients and programs. Folders in CamelCase are modules, those in snake_case programs.
//               Modules need no kernel and run in tests on the host, except for Networking and those named Wiring.
//   Runtime     the Microkit runtime, which needs seL4
//   Core        what all of them need: bytes, time, records, rings, registers
//
// The package has two builds. Without SERVAL_TARGET, it has the tool and the tests of everything that runs without a
// kernel. With SERVAL_TARGET=1, which `make images` sets, it has the protection domains' programs, for
// aarch64-none-none-elf and with the flags in Sources/Runtime/toolset.json. The products of both are for packages of one's
// own (docs/own-package.md).
let isTarget = Context.environment["SERVAL_TARGET"] == "1"

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// Libraries for X.509. Packages that say `traits: []` do without.
let certificateLibraries: [Target.Dependency] = [
  ("X509", "swift-certificates"), ("SwiftASN1", "swift-asn1"), ("Crypto", "swift-crypto"),
  ("_CryptoExtras", "swift-crypto"),
].map { .product(name: $0.0, package: $0.1, condition: .when(traits: ["Cryptography"])) }

func host(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/Host/\(name)")
}

/// A module in Core. If it `allocates`, only programs with a heap can use it.
func core(
  _ name: String, allocates: Bool = false, _ dependencies: [Target.Dependency] = []
) -> Target {
  module(name, at: "Core/\(name)", allocates: allocates, dependencies)
}

/// A module for protection domains in `folder` of Sources, without the folders of `other` modules and programs in it.
func module(
  _ name: String, at folder: String, without other: [String] = [], allocates: Bool = false,
  _ dependencies: [Target.Dependency] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(folder)", exclude: other,
    swiftSettings: allocates ? [] : targetSettings)
}

/// A protection domain's program, whose product is the ELF file `name`. If it `allocates`, its system gives it a heap;
/// otherwise the compiler rejects sources that allocate.
func program(
  _ name: String, in folder: String, allocates: Bool = false, _ dependencies: [Target.Dependency]
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + (allocates ? ["ProgramHeap"] : []),
    path: "\(folder)/\(name)", swiftSettings: allocates ? [] : targetSettings)
}

/// Whether this is `make images`.
let isImageBuild = Context.environment["SERVAL_NO_ALLOCATIONS"] == "1"

/// Whether targets are there that embed files. `make images` builds them by name, in a build of its own: a build of everything
/// would build the tool that embeds for protection domains, too.
let embedsFiles = !isImageBuild || Context.environment["SERVAL_EMBEDS_FILES"] == "1"

/// `make images` has the compiler reject allocations where there is no heap. SwiftPM takes no package with unsafe flags as
/// a dependency by version, so they are not there for others.
let targetSettings: [SwiftSetting] = isImageBuild ? [.unsafeFlags(["-no-allocations"])] : []

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)")
}

// MARK: Host, top to bottom

let hostModules: [Target] = [
  .executableTarget(
    name: "serval", dependencies: ["ServalCommand", "Systems", "ArchiverRecord"],
    path: "Sources/Host/serval"),
  // Neither asks for a permission, which would be an option more for each call. Linux has no sandbox for plugins.
  .plugin(
    name: "MicrokitPlugin",
    capability: .command(
      intent: .custom(
        verb: "microkit", description: "Builds programs and boot images, as make does."))),
  .plugin(
    name: "ServalPlugin",
    capability: .command(
      intent: .custom(
        verb: "serval", description: "Lays out, checks, reads, compares and runs Microkit systems.")
    )),
  host(
    "ServalCommand",
    [
      "NewPackages", "SystemConversion", "SystemReports", "SystemChecks", "SystemXML", "Subsystems",
      "Boards", "Targets",
      "SystemModel", "Traps", "ELFImage", "DeviceTree", "HostIO", "Diagnostics", "Records",
      argumentParser,
    ]),
  .target(
    name: "Systems",
    dependencies: [
      "ArchiverRecord", "Subsystems", "Records", "Addresses", "SystemModel", "Time",
    ],
    path: "systems",
    exclude: ["hello", "echo", "program", "webserver", "archiver"].flatMap {
      ["\($0)/README.md", "\($0)/expected"]
    }),
  // A separate program, which `serval run` starts, because it links Unicorn, which is GPL-2.0.
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
  host(
    "Subsystems", ["Boards", "SystemModel", "DeviceTree", "Diagnostics", "Records", "Addresses"]),
  host("NewPackages"),
  host(
    "SystemConversion",
    ["SystemReports", "SystemChecks", "SystemXML", "SystemModel", "HostIO", "Diagnostics"]),
  host(
    "SystemReports",
    ["SystemModel", "Records", "Addresses", "ELFImage", "HostIO", "Diagnostics"]),
  host(
    "SystemChecks",
    ["SystemXML", "Targets", "SystemModel", "ELFImage", "HostIO", "Diagnostics"]),
  host("SystemXML", ["SystemModel", "Diagnostics", "CExpat"]),
  .target(
    name: "Boards", dependencies: ["Targets", "SystemModel", "DeviceTree", "Diagnostics"],
    path: "dts",
    resources: [.embedInCode("qemu_virt_aarch64.dts"), .embedInCode("odroidc4.dts")]),
  host("Targets", ["SystemModel", "HostIO", "Diagnostics"]),
  // Another program that `serval` starts: its libraries take longer to build than all others.
  .executableTarget(
    name: "serval-certificates",
    dependencies: ["Certificates", "Diagnostics", "HostIO", argumentParser],
    path: "Sources/Host/serval-certificates"),
  host("Certificates", ["HostIO", "Diagnostics"] + certificateLibraries),
  host("SystemModel", ["Diagnostics"]),
  // Web programs on this machine, and their tests.
  host("WebServing", ["Serving", "HTTP"]),
  host("Serving", ["HostSockets", "Streams"]),
  host("WebTesting", ["HTTP", "Streams", "Time"]),
  // Endpoints over sockets of this machine, without a protection domain.
  host("HostSockets", ["Streams", "Time", "Addresses"]),
  host("Traps", ["ELFImage", "HostIO"]),
  host("ELFImage", ["Diagnostics"]),
  host("DeviceTree", ["HostIO", "Diagnostics", "CLibFDT"]),
  .systemLibrary(
    name: "CLibFDT", path: "Sources/Host/CLibFDT", providers: [.apt(["libfdt-dev"])]),
  .systemLibrary(
    name: "CExpat", path: "Sources/Host/CExpat", pkgConfig: "expat",
    providers: [.apt(["libexpat1-dev"])]),
]

// MARK: Files embedded at build time

/// The plugin and its tool, which runs on the host in both builds.
let embeddingModules: [Target] = [
  .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["embed-files"]),
  .executableTarget(
    name: "embed-files", dependencies: ["FileEmbedding", "Diagnostics"],
    path: "Sources/Host/embed-files"),
  host("FileEmbedding", ["HostIO", "Diagnostics", "CContentHash", "CZlib"]),
  .target(name: "CContentHash", path: "Sources/Host/CContentHash"),
  .systemLibrary(
    name: "CZlib", path: "Sources/Host/CZlib", providers: [.apt(["zlib1g-dev"])]),
  host("HostIO", ["Diagnostics"]),
  host("Diagnostics"),
]

// MARK: Cryptography: not among the other components, so that only what uses it builds swift-crypto

/// On the host, SwiftPM builds BoringSSL; for the target, make/cryptography.sh does (docs/adr/0014-boringssl-from-the-checkout.md).
let cryptographyModules: [Target] = [
  .target(
    name: "Cryptography", dependencies: ["CCryptography"],
    path: "Sources/Components/Cryptography/Cryptography",
    linkerSettings: isTarget ? [.linkedLibrary("serval-cryptography")] : []),
  isTarget
    ? .systemLibrary(
      name: "CCryptography", path: "Sources/Components/Cryptography/CCryptography/include")
    : .target(
      name: "CCryptography",
      dependencies: [
        .product(
          name: "Crypto", package: "swift-crypto", condition: .when(traits: ["Cryptography"]))
      ],
      path: "Sources/Components/Cryptography/CCryptography"),
]

/// TLS is built on it.
let tlsModules: [Target] = [
  module(
    "TLS", at: "Components/TLS/TLS", allocates: true,
    ["Signing", "Cryptography", "Streams", "Bytes", "Time"]),
  module("Signing", at: "Components/TLS/Signing", allocates: true, ["Cryptography", "Bytes"]),
]

/// The upload service, whose page is embedded.
let uploadModules: [Target] = [
  .target(
    name: "UploadService",
    dependencies: [
      "HTTP", "EmbeddedFiles", "FormArchive", "Multipart", "Zip", "Deflate", "Bytes", "Time",
    ],
    path: "Sources/Components/Web/UploadService", plugins: ["EmbedFiles"])
]

let uploadPrograms: [Target] = [
  program(
    "archiver", in: "Sources/Components/Web", allocates: true,
    [
      "UploadService", "ArchiverRecord", "WebServing", "Serving", "HTTP", "SerialWiring",
      "Microkit",
      "Records", "Time",
    ])
]

// MARK: Components that need no kernel, top to bottom

/// What a module brings along that is all a program imports.
let programModules: [Target.Dependency] =
  isTarget ? ["ProgramHeap", "Microkit", "Networking"] : []

let componentModules: [Target] = [
  // For protection domains, and for sockets of this machine: each build has its own `WebServing`.
  module(
    "Web", at: "Components/Web/Web", allocates: true,
    ["HTTP", "EmbeddedFiles", "JSON", "Multipart", "WebSocket", "WebServing", "Bytes"]
      + programModules),
  module(
    "EmbeddedFiles", at: "Components/Web/EmbeddedFiles", allocates: true, ["HTTP", "Bytes"]),
  module(
    "StaticSite", at: "Components/Web/StaticSite", allocates: true,
    ["HTTP", "FileSystem", "Rings", "Streams", "Bytes", "Time"]),
  module("JSON", at: "Components/Web/JSON", allocates: true, ["Bytes"]),
  module("ArchiverRecord", at: "Components/Web/ArchiverRecord", ["Records"]),
  module(
    "FormArchive", at: "Components/Web/FormArchive", allocates: true,
    ["Multipart", "Zip", "Deflate"]),
  module("Multipart", at: "Components/Web/Multipart", allocates: true, ["Bytes"]),
  module("WebSocket", at: "Components/Web/WebSocket", allocates: true, ["HTTP", "Bytes", "Time"]),
  module("HTTP", at: "Components/Web/HTTP", allocates: true, ["Streams", "Bytes", "Time"]),

  module(
    "Zip", at: "Components/Archives/Zip", allocates: true, ["Deflate", "Bytes", "Time"]),
  module(
    "Deflate", at: "Components/Archives/Deflate", allocates: true, ["CChecksum"]),
  .systemLibrary(name: "CChecksum", path: "Sources/Components/Archives/CChecksum"),

  module(
    "NFSFileServer", at: "Components/Files/NFSFileServer", allocates: true,
    ["FileSystem", "NFS", "Rings", "Streams", "Bytes", "Time"]),
  module("FileSystem", at: "Components/Files/FileSystem", allocates: true, ["Rings", "Bytes"]),
  module(
    "NFS", at: "Components/Files/NFS", allocates: true,
    ["ONCRPC", "XDR", "Streams", "Bytes", "Time"]),
  module(
    "ONCRPC", at: "Components/Files/ONCRPC", allocates: true, ["XDR", "Streams", "Bytes", "Time"]),
  module("XDR", at: "Components/Files/XDR", allocates: true, ["Bytes"]),

  module(
    "Sessions", at: "Components/Network/Sessions", allocates: true,
    ["Serving", "Streams", "Bytes", "Time"] + programModules),
  module(
    "TCPStreams", at: "Components/Network/TCPStreams", allocates: true,
    ["NetworkStack", "Wire", "Streams", "Bytes", "Addresses", "Time"]),
  module(
    "NetworkStack", at: "Components/Network/NetworkStack", allocates: true,
    ["Wire", "Addresses", "Time"]),
  module("Wire", at: "Components/Network/Wire", allocates: true, ["Addresses", "CMemory"]),
  module(
    "NetworkComponents", at: "Components/Network",
    without: [
      "Wire", "NetworkStack", "TCPStreams", "Sessions", "Serving", "VirtioNet", "DesignWareMAC",
      "Networking", "Wiring",
      "VirtRx/net_virt_rx",
      "VirtTx/net_virt_tx", "Copier/net_copier",
    ], ["IndexSets", "DMA", "Rings"]),
  module(
    "VirtioNet", at: "Components/Network/VirtioNet", without: ["ethernet_driver_virtio"],
    ["NetworkComponents", "VirtioTransport", "DMA", "Registers"]),
  module("VirtioTransport", at: "Components/Virtio/VirtioTransport", ["Registers"]),
  module(
    "DesignWareMAC", at: "Components/Network/DesignWareMAC", without: ["ethernet_driver_meson"],
    ["NetworkComponents", "DMA", "Registers"]),
  module(
    "SerialComponents", at: "Components/Serial",
    without: [
      "PL011", "MesonUART", "Wiring", "VirtRx/serial_virt_rx", "VirtTx/serial_virt_tx",
    ], ["IndexSets", "Rings"]),
  module(
    "PL011", at: "Components/Serial/PL011", without: ["serial_driver_pl011"],
    ["SerialComponents", "Registers"]),
  module(
    "MesonUART", at: "Components/Serial/MesonUART", without: ["serial_driver_meson"],
    ["SerialComponents", "Registers"]),
  module(
    "TimerComponents", at: "Components/Timer",
    without: ["ArmGenericTimer", "MesonTimer", "CCounterTimer", "Wiring"], ["IndexSets", "Rings"]),
  module(
    "ArmGenericTimer", at: "Components/Timer/ArmGenericTimer", without: ["timer_driver_arm"],
    ["TimerComponents", "CCounterTimer"]),
  module(
    "MesonTimer", at: "Components/Timer/MesonTimer", without: ["timer_driver_meson"],
    ["TimerComponents", "Registers"]),
  .systemLibrary(name: "CCounterTimer", path: "Sources/Components/Timer/CCounterTimer"),
  module(
    "Supervision", at: "Components/Supervision", without: ["supervisor", "heartbeat"],
    ["IndexSets", "Time"]),
  module(
    "EntropyComponents", at: "Components/Entropy",
    without: ["VirtioEntropy", "MesonEntropy", "Wiring"], ["EntropyProtocol", "Time"]),
  module(
    "VirtioEntropy", at: "Components/Entropy/VirtioEntropy", without: ["entropy_driver_virtio"],
    ["EntropyComponents", "VirtioTransport", "DMA", "Registers"]),
  module(
    "MesonEntropy", at: "Components/Entropy/MesonEntropy", without: ["entropy_driver_meson"],
    ["EntropyComponents", "Registers"]),
]

// MARK: Components that need the kernel, and the programs

let componentPrograms: [Target] = [
  program(
    "web_server", in: "Sources/Components/Web", allocates: true,
    [
      "WebServing", "Networking", "StaticSite", "HTTP", "FileSystem", "SerialWiring", "FilesWiring",
      "Wiring", "Microkit", "Records", "Rings", "Streams", "Time",
    ]),
  .target(
    name: "WebServing",
    dependencies: [
      "TLSWiring", "TLS", "SignerWiring", "Cryptography", "EntropyProtocol", "Serving",
      "Networking",
      "HTTP", "SerialWiring", "Microkit", "Records", "Bytes",
    ],
    path: "Sources/Components/Web/WebServing"),
  module(
    "TLSWiring", at: "Components/TLS/Wiring", allocates: true,
    ["TLS", "SignerWiring", "Signing", "Cryptography", "Microkit", "Records"]),
  program(
    "signer", in: "Sources/Components/TLS", allocates: true,
    [
      "SignerWiring", "Signing", "Cryptography", "EntropyProtocol", "Bytes", "Microkit", "Records",
    ]),
  module(
    "SignerWiring", at: "Components/TLS/SignerWiring", allocates: true,
    ["Cryptography", "EntropyProtocol", "Randomness", "Microkit", "Records"]),
  program(
    "nfs", in: "Sources/Components/Files", allocates: true,
    [
      "Networking", "NFSFileServer", "NFS", "ONCRPC", "TCPStreams", "NetworkStack", "Bytes", "Wire",
      "Addresses", "SerialWiring", "TimerWiring", "FilesWiring", "Wiring", "Randomness", "Microkit",
      "Records", "Rings", "Streams", "Time",
    ]),
  module("FilesWiring", at: "Components/Files/Wiring", ["Wiring", "Microkit", "Records", "Rings"]),

  .target(
    name: "Networking",
    dependencies: [
      "TCPStreams", "NetworkStack", "Wire", "Addresses", "NetworkWiring", "SerialWiring",
      "TimerWiring",
      "NetworkComponents",
      "DMA", "Wiring", "Randomness", "EntropyProtocol", "Microkit", "CMicrokit", "Records", "Rings",
      "Bytes", "Streams", "Time",
    ],
    path: "Sources/Components/Network/Networking"),
  .target(
    name: "Serving",
    dependencies: ["Networking", "SerialWiring", "Microkit", "Records", "Streams"],
    path: "Sources/Components/Network/Serving"),
  program(
    "net_copier", in: "Sources/Components/Network/Copier",
    ["NetworkComponents", "NetworkWiring", "Wiring", "Microkit", "Records", "Rings"]),
  program(
    "net_virt_rx", in: "Sources/Components/Network/VirtRx",
    ["NetworkComponents", "DMA", "NetworkWiring", "Wiring", "Microkit", "Records", "Rings"]),
  program(
    "net_virt_tx", in: "Sources/Components/Network/VirtTx",
    ["NetworkComponents", "DMA", "NetworkWiring", "Wiring", "Microkit", "Records", "Rings"]),
  program(
    "ethernet_driver_virtio", in: "Sources/Components/Network/VirtioNet",
    ["VirtioNet", "DMA", "NetworkWiring", "Wiring", "Microkit", "Records", "Registers"]),
  program(
    "ethernet_driver_meson", in: "Sources/Components/Network/DesignWareMAC",
    ["DesignWareMAC", "DMA", "NetworkWiring", "Wiring", "Microkit", "Records", "Registers"]),
  module(
    "NetworkWiring", at: "Components/Network/Wiring",
    ["NetworkComponents", "DMA", "Wiring", "Microkit", "Records", "Rings", "Addresses"]),

  program(
    "serial_virt_rx", in: "Sources/Components/Serial/VirtRx",
    ["SerialComponents", "SerialWiring", "Wiring", "Microkit", "Records", "Rings"]),
  program(
    "serial_virt_tx", in: "Sources/Components/Serial/VirtTx",
    ["SerialComponents", "SerialWiring", "Wiring", "Microkit", "Records", "Rings"]),
  program(
    "serial_driver_pl011", in: "Sources/Components/Serial/PL011",
    ["PL011", "SerialWiring", "Wiring", "Microkit", "Records", "Registers"]),
  program(
    "serial_driver_meson", in: "Sources/Components/Serial/MesonUART",
    ["MesonUART", "SerialWiring", "Wiring", "Microkit", "Records", "Registers"]),
  module(
    "SerialWiring", at: "Components/Serial/Wiring",
    ["SerialComponents", "Wiring", "Microkit", "Records", "Rings"]),

  program(
    "timer_driver_arm", in: "Sources/Components/Timer/ArmGenericTimer",
    ["ArmGenericTimer", "TimerWiring", "Wiring", "Microkit", "Records"]),
  program(
    "timer_driver_meson", in: "Sources/Components/Timer/MesonTimer",
    ["MesonTimer", "TimerWiring", "Wiring", "Microkit", "Records", "Registers"]),
  module(
    "TimerWiring", at: "Components/Timer/Wiring",
    ["CCounterTimer", "TimerComponents", "Wiring", "Microkit", "Records", "Rings", "Time"]),

  program(
    "supervisor", in: "Sources/Components/Supervision",
    ["Supervision", "IndexSets", "TimerWiring", "Microkit", "Records", "Time"]),
  program("heartbeat", in: "Sources/Components/Supervision", ["Microkit", "Records"]),
  program("idle", in: "Sources/Components/Idle", ["Microkit"]),
  program(
    "echo", in: "Sources/Components/Examples", allocates: true,
    [
      "Networking", "NetworkStack", "Bytes", "Wire", "Addresses", "SerialWiring", "TimerWiring",
      "Microkit", "Records", "Time",
    ]),
  program(
    "hello", in: "Sources/Components/Examples", allocates: true,
    ["HelloProtocol", "SerialWiring", "TimerWiring", "Microkit", "Records"]),
  program(
    "hello_child", in: "Sources/Components/Examples", allocates: true,
    ["HelloProtocol", "Microkit"]),
  module("HelloProtocol", at: "Components/Examples/HelloProtocol"),
]

/// The drivers of generators of random numbers, which take HMAC from Cryptography.
let entropyPrograms: [Target] = [
  program(
    "entropy_driver_virtio", in: "Sources/Components/Entropy/VirtioEntropy",
    ["VirtioEntropy", "EntropyWiring", "DMA", "Wiring", "Microkit", "Records", "Registers"]),
  program(
    "entropy_driver_meson", in: "Sources/Components/Entropy/MesonEntropy",
    ["MesonEntropy", "EntropyWiring", "Wiring", "Microkit", "Records", "Registers"]),
  module(
    "EntropyWiring", at: "Components/Entropy/Wiring",
    ["EntropyComponents", "EntropyProtocol", "Cryptography", "TimerWiring", "Microkit", "Time"]),
]

// MARK: The runtime

let runtimeModules: [Target] = [
  module(
    "Wiring", at: "Runtime/Wiring", ["DMA", "Microkit", "Records", "Rings", "Registers"]),
  module(
    "ProgramHeap", at: "Runtime/ProgramHeap",
    ["Heap", "Randomness", "Microkit", "CMicrokit", "Records"]),
  module("Randomness", at: "Runtime/Randomness", ["EntropyProtocol", "Microkit", "Records"]),
  module("Microkit", at: "Runtime/Microkit", ["CMicrokit", "IndexSets", "Records"]),
  .target(name: "CMicrokit", path: "Sources/Runtime/CMicrokit", exclude: ["check"]),
]

// MARK: Core

let coreModules: [Target] = [
  core("Bytes", allocates: true),
  core("Records", ["Addresses"]),
  core("Rings", ["CMemory"]),
  core("IndexSets"),
  core("EntropyProtocol"),
  core("Registers", ["CMemory"]),
  core("DMA", ["CMemory"]),
  core("Heap"),
  core("Addresses"),
  core("Streams", ["Time"]),
  core("Time"),
  .systemLibrary(name: "CMemory", path: "Sources/Core/CMemory"),
]

let testPrograms: [Target] = [
  program(
    "hostile", in: "Tests/Boot/Programs",
    [
      "NetworkComponents", "DMA", "NetworkWiring", "SerialWiring", "TimerWiring", "FilesWiring",
      "Wiring", "Randomness", "Microkit", "Records", "Rings",
    ]),
  program(
    "ticker", in: "Tests/Boot/Programs",
    ["SerialWiring", "TimerWiring", "Microkit", "Records"]),
  program(
    "greeter", in: "Tests/Boot/Programs", allocates: true,
    [
      "Networking", "NetworkStack", "Bytes", "Wire", "SerialWiring", "TimerWiring", "Microkit",
      "Records",
    ]),
  program(
    "web_hello", in: "Tests/Boot/Programs", allocates: true,
    ["Web"]),
  program("web_chat", in: "Tests/Boot/Programs", allocates: true, ["Web"]),
  program(
    "entropy_probe", in: "Tests/Boot/Programs", allocates: true,
    ["EntropyProtocol", "Randomness", "SerialWiring", "TimerWiring", "Microkit", "Records"]),
  program("web_people", in: "Tests/Boot/Programs", allocates: true, ["Web"]),
  program(
    "runtime_client", in: "Tests/Boot/Programs",
    ["SerialWiring", "TimerWiring", "Microkit", "Records"]),
  program("runtime_probe", in: "Tests/Boot/Programs", ["Microkit", "CMicrokit"]),
  program("runtime_server", in: "Tests/Boot/Programs", ["Microkit"]),
  program(
    "herald", in: "Tests/Boot/Programs",
    ["GreetingRecord", "SerialWiring", "Microkit", "Records", "Addresses"]),
  // Its record has another property, which the test of wrong records needs.
  program(
    "herald_next", in: "Tests/Boot/Programs", ["SerialWiring", "Microkit", "Records"]),
]

let cryptographyPrograms: [Target] = [
  program(
    "cryptography_probe", in: "Tests/Boot/Programs", allocates: true,
    ["CryptographyVectors", "Cryptography", "Bytes", "IndexSets", "Microkit"]),
  program(
    "key_thief", in: "Tests/Boot/Programs", allocates: true,
    ["SignerWiring", "SerialWiring", "TimerWiring", "Microkit", "CMicrokit", "Records"]),
]

/// Test vectors, for the tests on the host and for `cryptography_probe`.
let cryptographyTestSupport: Target = .target(
  name: "CryptographyVectors", dependencies: ["Cryptography", "Bytes"],
  path: "Tests/CryptographyVectors")

/// A record of a test program, which the program and the tool that gives it depend on.
let testRecords: [Target] = [
  .target(
    name: "GreetingRecord", dependencies: ["Records", "Addresses"],
    path: "Tests/Boot/GreetingRecord", swiftSettings: targetSettings)
]

// MARK: Tests

let testModules: [Target] = [
  .target(
    name: "TargetTestSupport",
    dependencies: [
      "NetworkComponents", "SerialComponents", "TimerComponents", "DMA", "Registers", "Rings",
    ],
    path: "Tests/TargetTestSupport"),
  .target(name: "TestSupport", path: "Tests/TestSupport"),
  .executableTarget(
    name: "stub-images", dependencies: ["TestSupport", "HostIO", "Diagnostics"],
    path: "Tests/StubImages"),
  .executableTarget(
    name: "test-systems",
    dependencies: ["GreetingRecord", "ServalCommand", "Subsystems", "SystemModel", "Records"],
    path: "Tests/Boot/Systems"),
  tests("DiagnosticsTests", ["Diagnostics"]),
  tests(
    "CertificatesTests", ["Certificates", "HostIO", "TestSupport"] + certificateLibraries),
  tests("HostIOTests", ["HostIO"]),
  tests("DeviceTreeTests", ["DeviceTree", "Boards", "Targets", "TestSupport"]),
  tests("ELFImageTests", ["ELFImage", "HostIO", "TestSupport"]),
  tests("TrapsTests", ["Traps", "ELFImage", "TestSupport"]),
  tests("RecordsTests", ["Records", "Addresses", "HostIO", "TestSupport"]),
  tests("RingsTests", ["Rings", "TargetTestSupport"]),
  tests("SupervisionTests", ["Supervision", "IndexSets", "Time"]),
  tests(
    "DriversTests",
    [
      "PL011", "MesonUART", "ArmGenericTimer", "MesonTimer", "VirtioNet", "DesignWareMAC",
      "VirtioEntropy", "MesonEntropy", "EntropyComponents",
      "NetworkComponents", "SerialComponents", "TimerComponents", "DMA",
      "Registers", "Rings",
      "TargetTestSupport",
    ]),
  tests("HeapTests", ["Heap", "TestSupport"]),
  tests(
    "EntropyTests", ["EntropyComponents", "EntropyProtocol", "Cryptography", "Time", "TestSupport"]),
  .target(
    name: "StreamTestSupport", dependencies: ["Streams", "Bytes", "Time"],
    path: "Tests/StreamTestSupport"),
  tests(
    "HostSocketsTests", ["HostSockets", "HTTP", "Streams", "Bytes", "Time", "StreamTestSupport"]),
  tests("FileEmbeddingTests", ["FileEmbedding", "HostIO", "Diagnostics", "TestSupport"]),
  tests("WebTestingTests", ["WebTesting", "Web"]),
  tests("SessionsTests", ["Sessions", "Serving", "HostSockets", "Streams", "Time"]),
  tests("HTTPTests", ["HTTP", "WebTesting", "Streams", "Bytes", "Time", "TestSupport"]),
  tests("DeflateTests", ["Deflate", "CZlib", "TestSupport"]),
  tests(
    "MultipartTests",
    ["Web", "WebTesting", "Multipart", "HTTP", "Bytes", "Time", "TestSupport"]),
  tests("JSONTests", ["Web", "JSON", "HTTP", "Bytes", "Time", "TestSupport"]),
  .testTarget(
    name: "ZipTests", dependencies: ["Zip", "Deflate", "Bytes", "Time", "HostIO", "TestSupport"],
    path: "Tests/ZipTests", exclude: ["Readers"]),
  tests(
    "FormArchiveTests", ["FormArchive", "Multipart", "Zip", "Deflate", "Bytes", "TestSupport"]),
  tests(
    "WebSocketTests",
    ["WebSocket", "HTTP", "Bytes", "Time", "TestSupport", "websocket-server"]),
  tests(
    "UploadServiceTests",
    [
      "UploadService", "WebTesting", "FormArchive", "HTTP", "HostIO", "Streams", "TestSupport",
      "Time",
      "Zip",
    ]),
  .executableTarget(
    name: "archiver-server", dependencies: ["UploadService", "HTTP", "HostSockets", "Time"],
    path: "Tests/ArchiverServer"),
  .executableTarget(
    name: "websocket-server", dependencies: ["WebSocket", "HTTP", "HostSockets"],
    path: "Tests/WebSocketServer"),
  tests("NFSTests", ["NFS", "ONCRPC", "XDR", "Bytes", "Time", "NFSTestSupport", "TestSupport"]),
  tests(
    "FileSystemTests",
    [
      "NFSFileServer", "FileSystem", "NFS", "NFSTestSupport", "Rings", "Time",
      "TargetTestSupport", "TestSupport",
    ]),
  .testTarget(
    name: "StaticSiteTests",
    dependencies: [
      "StaticSite", "EmbeddedFiles", "HTTP", "NFSFileServer", "FileSystem", "NFS", "NFSTestSupport",
      "Rings", "HostSockets", "Streams", "Bytes", "Time", "TargetTestSupport", "TestSupport",
    ],
    path: "Tests/StaticSiteTests", plugins: ["EmbedFiles"]),
  .target(
    name: "NFSTestSupport",
    dependencies: ["HostSockets", "NFS", "ONCRPC", "XDR", "Streams", "Bytes", "Time"],
    path: "Tests/NFSTestSupport"),
  cryptographyTestSupport,
  tests("CryptographyTests", ["CryptographyVectors", "Cryptography", "TestSupport"]),
  .executableTarget(
    name: "check-vectors", dependencies: ["CryptographyVectors"], path: "Tests/CheckVectors"),
  tests(
    "TLSTests",
    ["TLS", "Signing", "Cryptography", "HTTP", "Streams", "Bytes", "Time", "TestSupport"]),
  .executableTarget(
    name: "tls-server",
    dependencies: [
      "TLS", "Signing", "Cryptography", "HTTP", "HostSockets", "StreamTestSupport", "Streams",
      "Bytes", "Time",
    ],
    path: "Tests/TLSServer"),
  tests("WireTests", ["Wire", "Addresses", "TestSupport"]),
  tests(
    "NetworkStackTests",
    [
      "TCPStreams", "NetworkStack", "Wire", "Addresses", "HTTP", "Streams", "Bytes", "Time",
      "StreamTestSupport", "TestSupport",
    ]),
  tests("NFSExportTests", ["NFSExport", "XDR", "HostIO", "TestSupport"]),
  tests(
    "ComponentsTests",
    [
      "NetworkComponents", "SerialComponents", "TimerComponents", "DMA", "Rings",
      "TargetTestSupport", "TestSupport",
    ]),
  .testTarget(
    name: "EmulatorTests",
    dependencies: [
      "Emulator", "SystemChecks", "SystemModel", "ELFImage", "HostIO", "Diagnostics", "PL011",
      "MesonUART", "MesonTimer", "VirtioNet", "DesignWareMAC", "VirtioEntropy", "MesonEntropy",
      "EntropyComponents", "DMA", "NetworkComponents", "SerialComponents", "TimerComponents",
      "Registers",
      "TestSupport", "serval",
      "serval-emulator",
    ],
    path: "Tests/EmulatorTests", exclude: ["Programs"]),
  tests("NewPackagesTests", ["NewPackages"]),
  tests("SystemModelTests", ["SystemModel"]),
  tests("TargetsTests", ["Targets", "SystemModel", "HostIO", "Diagnostics", "TestSupport"]),
  tests("SystemXMLTests", ["SystemXML", "SystemModel", "Diagnostics", "TestSupport"]),
  tests(
    "SystemChecksTests",
    [
      "SystemChecks", "SystemXML", "Targets", "SystemModel", "Systems", "Subsystems", "Boards",
      "HostIO",
      "TestSupport", "WebserverFixture",
    ]),
  tests(
    "SystemReportsTests",
    [
      "SystemReports", "SystemXML", "SystemModel", "Systems", "Subsystems", "Boards", "Records",
      "Addresses", "ELFImage", "HostIO", "TestSupport", "WebserverFixture",
    ]),
  tests(
    "SystemConversionTests",
    [
      "SystemConversion", "SystemReports", "SystemChecks", "SystemXML", "SystemModel", "HostIO",
      "TestSupport",
    ]),
  .target(
    name: "WebserverFixture", dependencies: ["SystemModel"], path: "Tests/WebserverFixture"),
  tests("SubsystemsTests", ["Subsystems", "Boards", "Records", "Addresses", "SystemModel"]),
  tests(
    "SystemsTests",
    [
      "Systems", "Subsystems", "SystemXML", "Boards", "Targets", "Records", "SystemModel", "HostIO",
    ]),
  tests(
    "ServalCommandTests",
    [
      "ServalCommand", "SystemChecks", "Systems", "Subsystems", "Boards", "SystemModel", "Records",
      "Addresses", "HostIO", "TestSupport", "serval",
    ]),
]

// MARK: Products, which packages of your own depend on

/// Modules of the tool, for systems, boards and drivers of your own (docs/own-system.md).
let toolModules = [
  "ServalCommand", "NewPackages", "SystemConversion", "SystemReports", "SystemChecks", "SystemXML",
  "Subsystems",
  "Boards", "Targets", "SystemModel", "Traps", "ELFImage", "DeviceTree", "HostIO", "Diagnostics",
  "Records", "Addresses",
]

/// What programs for protection domains import; on the host, the part of it that needs no kernel.
let domainModules =
  (coreModules + componentModules).filter { $0.type != .system }.map(\.name)
  .filter { !["Web", "Sessions"].contains($0) }
  + (isTarget
    ? [
      "Microkit", "ProgramHeap", "Randomness", "Wiring", "SerialWiring", "TimerWiring",
      "NetworkWiring",
      "FilesWiring", "Networking",
    ] : [])

// A manifest of your own is the same for both builds, so each library is in both, with what there is of it.
let libraries: [Product] = [
  .library(name: "Web", targets: ["Web"]),
  .library(name: "Sessions", targets: ["Sessions"]),
  .library(name: "ProtectionDomains", targets: domainModules),
  .library(name: "Cryptography", targets: ["Cryptography"]),
  .library(name: "Serval", targets: isTarget ? ["Records", "Addresses"] : toolModules),
  .library(name: "WebTesting", targets: isTarget ? ["HTTP"] : ["WebTesting"]),
]

let embeddingProducts: [Product] =
  isImageBuild ? [] : [.plugin(name: "EmbedFiles", targets: ["EmbedFiles"])]

let hostProducts: [Product] = [
  .executable(name: "serval", targets: ["serval"]),
  .executable(name: "serval-emulator", targets: ["serval-emulator"]),
  .plugin(name: "ServalPlugin", targets: ["ServalPlugin"]),
  .plugin(name: "MicrokitPlugin", targets: ["MicrokitPlugin"]),
]

let package = Package(
  name: "serval",
  products: libraries + embeddingProducts + (isTarget ? [] : hostProducts),
  // SwiftPM fetches swift-crypto unless a package says `traits: []`.
  traits: [
    .trait(name: "Cryptography", description: "The library Cryptography on this machine."),
    .default(enabledTraits: ["Cryptography"]),
  ],
  dependencies: isTarget
    ? []
    : [
      .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
      // Its sources are listed in Sources/Components/Cryptography/BoringSSL/sources.txt.
      .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
      .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
      .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
    ],
  targets: coreModules + cryptographyModules + tlsModules + componentModules + testRecords
    + (embedsFiles ? embeddingModules + uploadModules : [])
    + (isTarget ? runtimeModules + componentPrograms + testPrograms : hostModules + testModules)
    + (isTarget && embedsFiles ? uploadPrograms : [])
    + (isTarget ? entropyPrograms + [cryptographyTestSupport] + cryptographyPrograms : []),
  swiftLanguageModes: [.v6]
)
