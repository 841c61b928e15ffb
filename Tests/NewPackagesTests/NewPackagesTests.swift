// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import NewPackages

@Suite struct NewPackagesTests {
  @Test(arguments: [
    ("my-site", "my_site", "MySite"), ("a", "a", "A"), ("Shop_2", "Shop_2", "Shop2"),
    ("web-2-print", "web_2_print", "Web2Print"),
  ])
  func namesFollow(_ name: String, _ module: String, _ type: String) throws {
    let names = try #require(PackageNames(name))
    #expect((names.package, names.module, names.type) == (name, module, type))
  }

  @Test(arguments: [
    "", ".", "..", "1site", "-a", "_a", "my site", "caf\u{e9}", "a.b", "web", "Web", "swift",
    "idle",
    "net_virt_rx", "net-virt-rx", String(repeating: "a", count: 41),
  ])
  func otherNamesAreRefused(_ name: String) {
    #expect(PackageNames(name) == nil)
  }

  @Test func locations() {
    let version = "1.2.3"
    #expect(ServalSource("../serval", version: version) == .checkout("../serval"))
    let url = "https://example.org/a/serval.git"
    #expect(ServalSource(url, version: version) == .repository(url, from: "1.2.3"))
    #expect(ServalSource("\(url)@0.9.0", version: version) == .repository(url, from: "0.9.0"))
    #expect(ServalSource(url, version: version).package == "serval")
    let address = "git@example.org:a/other"
    #expect(ServalSource(address, version: version) == .repository(address, from: "1.2.3"))
    #expect(ServalSource(address, version: version).package == "other")
  }

  /// A path may contain what ends a string literal.
  @Test func pathsAreQuoted() {
    #expect(ServalSource.checkout("/a \"b\\").dependency.hasSuffix(#"path: "/a \"b\\")"#))
  }

  /// Programs stay short enough to be read at once.
  @Test(arguments: PackageKind.allCases) func programsAreShort(_ kind: PackageKind) throws {
    let names = try #require(PackageNames("my-site"))
    let files = kind.files(names, .checkout("/serval"))
    #expect(Set(files.map(\.path)).count == files.count)
    for file in files where file.path.hasPrefix("Sources/my-site/") {
      #expect(file.text.split(separator: "\n").count <= 24)
    }
    let readMe = try #require(files.first { $0.path == "README.md" })
    #expect(readMe.text.split(separator: "\n").count <= 12)
  }
}
