// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Foundation
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
    "net_virt_rx", "net-virt-rx", "net_copier", "timer-driver-arm", "JSON", "http", "default",
    "class", "main", String(repeating: "a", count: 41),
  ])
  func otherNamesAreRefused(_ name: String) {
    #expect(PackageNames(name) == nil)
  }

  /// The manifest's targets are the modules and programs that a package may meet; those of tests are in no library.
  @Test func servalsNamesAreReserved() throws {
    let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let manifest = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
    let start = try #require(manifest.range(of: "let testPrograms"))
    let end = try #require(manifest.range(of: "// MARK: Products"))
    let own = manifest[..<start.lowerBound] + manifest[end.lowerBound...]
    let names = own.matches(of: /(?:\b(?:host|core|module|program)\(\s*|\bname:\s*)"([\w-]+)"/)
      .map { String($0.output.1).lowercased().replacing("-", with: "_") }
    #expect(names.count > 60)
    #expect(Set(names).symmetricDifference(ReservedNames.serval).sorted() == [])
  }

  /// No type of a new package follows from its name, so that none is that of another module.
  @Test(arguments: PackageKind.allCases) func programsAreCalledMain(_ kind: PackageKind) throws {
    for name in ["greeting", "router", "session", "files", "settings"] {
      let files = try kind.files(#require(PackageNames(name)), .checkout("/serval"))
      let main = try #require(files.first { $0.path == "Sources/\(name)/Main.swift" })
      #expect(main.text.contains("@main enum Main {"))
    }
  }

  @Test func locations() {
    let version = "1.2.3"
    #expect(ServalSource("../serval", version: version) == .checkout("../serval"))
    let url = "https://example.org/a/serval.git"
    #expect(ServalSource(url, version: version) == .repository(url, from: "1.2.3"))
    #expect(ServalSource("\(url)@0.9.0", version: version) == .repository(url, from: "0.9.0"))
    #expect(ServalSource(url, version: version)?.package == "serval")
    for version in ["", "main", "1.2", "1.2.3.4", "1.2.x", "v1.2.3", "1..3"] {
      #expect(ServalSource("\(url)@\(version)", version: "1.2.3") == nil)
    }
    let user = "https://me@example.org/a/serval"
    #expect(ServalSource(user, version: version) == .repository(user, from: "1.2.3"))
    let short = "git@example.org:other"
    #expect(ServalSource(short, version: version) == .repository(short, from: "1.2.3"))
    #expect(ServalSource("\(short)@0.9.0", version: version) == .repository(short, from: "0.9.0"))
    #expect(ServalSource(short, version: version)?.package == "other")
    let address = "git@example.org:a/other"
    #expect(ServalSource(address, version: version) == .repository(address, from: "1.2.3"))
    #expect(ServalSource(address, version: version)?.package == "other")
  }

  /// A path may contain what ends a string literal.
  @Test func pathsAreQuoted() {
    #expect(
      ServalSource.checkout("/a \"b\\").dependency.hasSuffix(#"path: "/a \"b\\", traits: [])"#))
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
