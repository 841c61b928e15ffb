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
            name: "\(name)-tool", dependencies: [\(serval.product("Serval"))]),
          // The program of the system's own protection domain.
          .executableTarget(
            name: "\(name)", dependencies: [\(serval.product("Web"))]),
        ],
        swiftLanguageModes: [.v6]
      )

      """),
    PackageFile(
      "Sources/\(name)-tool/main.swift",
      """
      import ServalCommand

      ServalTool.main(systems: [\(names.type)System.self])

      """),
    PackageFile(
      "Sources/\(name)-tool/\(names.type)System.swift",
      """
      import Subsystems
      import SystemModel

      enum \(names.type)System: SystemTemplate {
        static let name = "\(name)"
        static let summary = "A web program with a region of its own"
        static let options: [SystemOption] = []

        static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
          // Drivers and virtualisers, with the priorities, budgets and stacks that they need.
          var timer = try system.addTimer()
          var serial = try system.addSerial()
          var network = try system.addNetwork()

          let program = try system.add(
            "\(name)", sourceImage: "\(name).elf", priority: SystemBuilder.sharedPriority,
            budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(64))
          try timer.addClient(program)
          try serial.addClient(program)
          try network.addClient(.init(program, copier: system.addCopier(for: program)))
          // QEMU's user network forwards ports to this address.
          try IPSettings.dhcp(hostName: "\(name)", requestedAddress: 0x0a00_020f)
            .addRecord(to: program, in: &system)

          try serial.connect(in: &system)
          try network.connect(in: &system)
          try timer.connect(in: &system)
          try system.addIdle()
        }
      }

      """),
    PackageFile(
      "Sources/\(name)/\(names.type).swift",
      """
      import Web

      @main enum \(names.type) {
        static func main() {
          var router = Router()
          router.get("/") { _ in .text("This is \(name).\\n") }
          serve(router)
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

      """),
  ]
}
