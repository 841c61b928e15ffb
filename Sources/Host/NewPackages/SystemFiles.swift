// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

func systemFiles(_ names: PackageNames, _ serval: ServalSource) -> [PackageFile] {
  let name = names.package
  return [
    PackageFile(
      "Package.swift",
      """
      // swift-tools-version: 6.1

      import PackageDescription

      let package = Package(
        name: "\(name)",
        dependencies: [
          \(serval.dependency)
        ],
        targets: [
          // `serval` with this package's system: `swift package serval ...` runs it.
          .executableTarget(
            name: "\(name)-tool", dependencies: ["\(names.type)Settings", \(serval.product("Serval"))]),
          // The program of the system's own protection domain.
          .executableTarget(
            name: "\(name)", dependencies: ["\(names.type)Settings", \(serval.product("Web"))]),
          // What the one tells the other.
          .target(
            name: "\(names.type)Settings", dependencies: [\(serval.product("Serval"))]),
        ],
        swiftLanguageModes: [.v6]
      )

      """),
    PackageFile(
      "Sources/\(name)-tool/main.swift",
      """
      import \(names.type)Settings
      import ServalCommand

      ServalTool.main(systems: [\(names.type)System.self], records: [Settings.self])

      """),
    PackageFile(
      "Sources/\(name)-tool/\(names.type)System.swift",
      """
      import Addresses
      import \(names.type)Settings
      import Records
      import Subsystems
      import SystemModel

      enum \(names.type)System: SystemTemplate {
        static let name = "\(name)"
        static let summary = "A web program with settings of its own"
        static let options = [
          SystemOption("greeting", purpose: "what the page says", default: "Hello"),
          .address(variable: "ADDRESS", of: "\(name)"),
        ]

        static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
          // Drivers and virtualisers, with the priorities, budgets and stacks that they need.
          var timer = try system.addTimer()
          var serial = try system.addSerial()
          var network = try system.addNetwork()
          // Random numbers for the network's clients, where the board has a generator.
          var entropy = try system.addEntropy()

          let program = try system.add(
            "\(name)", sourceImage: "\(name).elf", priority: SystemBuilder.sharedPriority,
            budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(64),
            heap: .mebibytes(40))
          try timer.addClient(program)
          try entropy?.addClient(program)
          try serial.addClient(program)
          try network.addClient(.init(program, copier: system.addCopier(for: program)))
          // QEMU's user network forwards ports to this address.
          try IPSettings(
            choices, hostName: "\(name)", requestedAddress: IPv4Address(10, 0, 2, 15)
          ).addRecord(to: program, in: &system)

          var settings = Settings()
          settings.greeting = try RecordText(choices.value("greeting"), what: "greeting")
          try system.addRecord(settings, to: program)

          try serial.connect(in: &system)
          try network.connect(in: &system)
          try timer.connect(in: &system)
          try entropy?.connect(in: &system)
          try system.addIdle()
        }
      }

      """),
    PackageFile(
      "Sources/\(name)/Main.swift",
      """
      import \(names.type)Settings
      import Web

      @main enum Main {
        static func main() {
          let greeting = String(Settings.linked().greeting)
          var router = Router()
          router.get("/") { _ in .text("\\(greeting) from \(name)\\n") }
          serve(router)
        }
      }

      """),
    PackageFile(
      "Sources/\(names.type)Settings/Settings.swift",
      """
      import Records

      /// What the system's description tells the program.
      public struct Settings: ProgramRecord {
        public static var name: StaticString { "settings" }
        public var greeting: RecordText<64> = "Hello"

        public init() {}

        public mutating func visit(_ fields: inout some RecordFields) {
          fields.visit("greeting", &greeting)
        }
      }

      """),
    PackageFile(
      "README.md",
      """
      # \(name)

      ```sh
      swift package serval run        # builds the system and runs it, emulated: http://localhost:5555
      swift package serval generate \(name) --board odroidc4 -o out/layout
      swift package serval check out/layout/\(name).system --strict
      swift package microkit image MICROKIT_SDK=... MICROKIT_BOARD=qemu_virt_aarch64
      ```

      The system is described in `Sources/\(name)-tool/\(names.type)System.swift`; its program is in `Sources/\(name)`.
      The system gives it the settings of `Sources/\(names.type)Settings`: `--set greeting=Welcome` changes them.

      """),
  ]
}
