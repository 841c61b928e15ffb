// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

func programFiles(_ names: PackageNames, _ serval: ServalSource) -> [PackageFile] {
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
          .executableTarget(
            name: "\(name)", dependencies: [\(serval.product("Sessions"))]),
          .testTarget(
            name: "\(name)-tests", dependencies: ["\(name)", \(serval.product("Sessions"))]),
        ],
        swiftLanguageModes: [.v6]
      )

      """),
    PackageFile(
      "Sources/\(name)/Main.swift",
      """
      import Sessions

      @main enum Main {
        static func main() { serve(port: 80) { Greeting() } }
      }

      /// Greets the peer, and answers each line with its length.
      struct Greeting: Session {
        mutating func opened(_ output: inout SessionOutput) { output.write("good day\\n") }

        mutating func receive(_ bytes: Span<UInt8>, _ output: inout SessionOutput) -> Int {
          // The rest comes again when more of the line has arrived.
          for index in bytes.indices where bytes[index] == UInt8(ascii: "\\n") {
            output.write("\\(index)\\n")
            return index + 1
          }
          return 0
        }
      }

      """),
    PackageFile(
      "Tests/\(name)-tests/GreetingTests.swift",
      """
      import Sessions
      import Testing

      @testable import \(names.module)

      @Test func answersLines() {
        var (greeting, output) = (Greeting(), SessionOutput())
        #expect(greeting.receive(Array("hello\\nhalf a".utf8).span, &output) == 6)
        #expect(greeting.receive(Array("half a".utf8).span, &output) == 0)
        #expect(output.bytes == Array("5\\n".utf8))
      }

      """),
    PackageFile(
      "README.md",
      """
      # \(name)

      ```sh
      swift run \(name)                  # on this machine: nc localhost 5555
      swift test
      swift package serval run        # the same program in its protection domain, emulated: nc localhost 5555
      swift package microkit image MICROKIT_SDK=... MICROKIT_BOARD=qemu_virt_aarch64
      swift package microkit qemu MICROKIT_SDK=...
      ```

      The protocol is in `Sources/\(name)/Main.swift`.

      """),
  ]
}
