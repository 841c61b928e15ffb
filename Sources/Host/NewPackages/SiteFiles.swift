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
            name: "\(name)", dependencies: [\(serval.product("Web"))],
            plugins: [\(serval.plugin("EmbedFiles"))]),
          .testTarget(
            name: "\(name)-tests", dependencies: ["\(name)", \(serval.product("WebTesting"))]),
        ],
        swiftLanguageModes: [.v6]
      )

      """),
    PackageFile(
      "Sources/\(name)/Main.swift",
      """
      import Web

      @main enum Main {
        static func main() { serve(routes()) }

        static func routes() -> Router {
          var router = Router()
          router.get("/hello?name") { (_, name: String?) in "Hello \\(name ?? "World")!\\n" }
          // The folder Files, which becomes part of the program, with Files/404.html for what is missing.
          router.get("/*path", Files.all.answer)
          router.notFound(Files.all.answer)
          return router
        }
      }

      """),
    PackageFile(
      "Files/index.html",
      """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <title>\(name)</title>
      <link rel="stylesheet" href="style.css">
      <h1>\(name)</h1>
      <p>This page is Files/index.html, as part of the program. <a href="/hello">A handler</a> says hello.</p>
      </html>

      """),
    PackageFile(
      "Files/404.html",
      """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <title>Not found</title>
      <link rel="stylesheet" href="/style.css">
      <h1>There is no such page.</h1>
      <p><a href="/">Home</a></p>
      </html>

      """),
    PackageFile(
      "Files/style.css",
      """
      body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; }
      h1 { font-weight: 600; }
      a { color: #0a58ca; }

      """),
    PackageFile(
      "Tests/\(name)-tests/RoutesTests.swift",
      """
      import Testing
      import WebTesting

      @testable import \(names.module)

      @Test func greets() {
        let tester = WebTester(Main.routes())
        #expect(tester.get("/hello").text == "Hello World!\\n")
        #expect(tester.get("/hello?name=seL4").text == "Hello seL4!\\n")
      }

      @Test func hasAPage() {
        let response = WebTester(Main.routes()).get("/")
        #expect(response.status == 200)
        #expect(response.text.contains("<h1>\(name)</h1>"))
      }

      @Test func otherPathsAreNotFound() {
        #expect(WebTester(Main.routes()).get("/other").status == 404)
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

      The routes are in `Sources/\(name)/Main.swift`, the pages in `Files`.

      """),
  ]
}
