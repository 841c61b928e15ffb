// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

func siteFiles(_ names: PackageNames, _ serval: ServalSource) -> [PackageFile] {
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
            name: "\(name)", dependencies: [\(serval.product("Web"))]),
          .testTarget(
            name: "\(name)-tests", dependencies: ["\(name)", \(serval.product("WebTesting"))]),
        ],
        swiftLanguageModes: [.v6]
      )

      """),
    PackageFile(
      "Sources/\(name)/\(names.type).swift",
      """
      import Web

      @main enum \(names.type) {
        static func main() { serve(routes()) }

        static func routes() -> Router {
          var router = Router()
          router.get("/hello") { _ in .text("Hello World!\\n") }
          router.notFound { _ in .text("There is no such page.\\n", status: .notFound) }
          return router
        }
      }

      """),
    PackageFile(
      "Tests/\(name)-tests/RoutesTests.swift",
      """
      import Testing
      import WebTesting

      @testable import \(names.module)

      @Test func greets() {
        let response = WebTester(\(names.type).routes()).get("/hello")
        #expect(response.status == 200)
        #expect(response.text == "Hello World!\\n")
      }

      @Test func otherPathsAreNotFound() {
        #expect(WebTester(\(names.type).routes()).get("/other").status == 404)
      }

      """),
    PackageFile(
      "README.md",
      """
      # \(name)

      ```sh
      swift run \(name)                  # on this machine: http://localhost:5555
      swift test
      swift package serval run        # the same program in its protection domain, emulated: http://localhost:5555
      swift package microkit image MICROKIT_SDK=... MICROKIT_BOARD=qemu_virt_aarch64
      swift package microkit qemu MICROKIT_SDK=...
      ```

      The routes are in `Sources/\(name)/\(names.type).swift`.

      """),
  ]
}
