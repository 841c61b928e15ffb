// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc
import SystemModel
import Testing
import WebserverFixture

@testable import SystemReports

/// Whether Graphviz is installed: the layout itself is its work, and only that needs it.
private let hasGraphviz = access("/usr/bin/dot", X_OK) == 0

@Suite struct GraphTests {
  let webserver = graph(WebserverFixture.system, options: GraphOptions(title: "webserver"))

  @Test func drawsEveryDomainAndChannelOnce() {
    let lines = webserver.split(separator: "\n")
    for domain in WebserverFixture.system.protectionDomains {
      #expect(lines.count { $0.contains("<b>\(domain.name)</b>") } == 1)
    }
    #expect(lines.count { $0.contains("dir=both") } == WebserverFixture.system.channels.count)
    #expect(lines.count { $0.contains("label=\"call\"") } == 2)
  }

  @Test func groupsRegionsBySharers() {
    #expect(webserver.contains("<b>queue \u{d7}2 + share</b>"))
    // Private regions are a number in their domain's node; registers belong to the hardware node.
    #expect(!webserver.contains("lib_sddf_lwip"))
    #expect(webserver.contains("own memory 56 KiB"))
    #expect(webserver.contains("<b>virtio_mmio@a000000/regs</b>"))
    let grouped = webserver.split(separator: "\n").count {
      $0.hasPrefix("  mem") && !$0.contains("->")
    }
    let each = graph(WebserverFixture.system, options: GraphOptions(everyRegion: true))
    let single = each.split(separator: "\n").count { $0.hasPrefix("  mem") && !$0.contains("->") }
    #expect(grouped == 16)
    #expect(single == 31)
    #expect(each.contains("<b>fs_nfs_share</b>"))
  }

  @Test func saysWhichWayACallGoes() throws {
    // From the server's box to the client's; the call's solid arrowhead is at the server.
    let system = SystemDescription(
      protectionDomains: [
        ProtectionDomain("client", image: .init("c.elf"), priority: 1),
        ProtectionDomain("server", image: .init("s.elf"), priority: 2, passive: true),
      ],
      channels: [
        Channel(
          Channel.End("client", id: 7, mayCall: true, mayNotify: false),
          Channel.End("server", id: 9, mayNotify: false))
      ])
    let edge = try #require(
      graph(system).split(separator: "\n").first { $0.contains("dir=both") })
    #expect(edge.contains("pd1 -> pd0"))
    #expect(edge.contains("arrowtail=normal, arrowhead=none"))
    #expect(edge.contains("taillabel=\" 9 \", headlabel=\" 7 \""))
  }

  @Test func showsPermissionsPerDomain() {
    let edges = webserver.split(separator: "\n").filter {
      $0.contains("mem") && $0.contains("->") && $0.contains("label=\"r\"")
    }
    // The receive ring's and the two transmit regions' readers.
    #expect(edges.count == 3)
  }

  @Test func listOrderOfMapsDoesNotMatterToGroups() {
    var reordered = WebserverFixture.system
    for index in reordered.protectionDomains.indices {
      reordered.protectionDomains[index].maps.reverse()
    }
    #expect(
      graph(reordered, options: GraphOptions(title: "webserver")).contains("queue \u{d7}2 + share"))
  }

  @Test func escapesWhatNamesHold() {
    let hostile = SystemDescription(protectionDomains: [
      ProtectionDomain("<b>\"&\\\n]; evil", image: .init("x"), priority: 1)
    ])
    let text = graph(hostile)
    #expect(text.contains("&lt;b&gt;&quot;&amp;"))
    #expect(!text.contains("\n]; evil"))
    #expect(DOTText.quoted("a\"b\\c\nd") == "\"a\\\"b\\\\c d\"")
  }

  @Test func survivesDanglingNames() {
    let broken = SystemDescription(
      protectionDomains: [
        ProtectionDomain("a", image: .init("a"), maps: [Map("nowhere", at: 0x1000)]),
        ProtectionDomain("a", image: .init("a")),
      ],
      channels: [Channel(Channel.End("a", id: 1), Channel.End("ghost", id: 1))])
    #expect(graph(broken).hasSuffix("}\n"))
  }

  @Test func formatComesFromTheName() {
    #expect(GraphFormat(fileName: "out.SVG") == .svg)
    #expect(GraphFormat(fileName: "a.b/out.gv") == .dot)
    #expect(GraphFormat(fileName: "out.jpeg") == nil)
    #expect(GraphFormat(fileName: "out") == nil)
  }

  @Test func aMissingProgramIsNamed() throws {
    let error = #expect(throws: GraphError.self) {
      try writeGraph("digraph {}", to: "/nonexistent/x.svg", program: "no-such-dot")
    }
    #expect(error == .cannotRun(program: "no-such-dot", code: ENOENT))
    let finding = try #require(error?.findings.first)
    #expect(finding.message.contains("no-such-dot"))
    #expect(finding.fix?.contains("graphviz") == true)
    #expect(throws: GraphError.cannotWrite(path: "/nonexistent/x.dot", code: ENOENT)) {
      try writeGraph("digraph {}", to: "/nonexistent/x.dot")
    }
    #expect(throws: GraphError.unknownFormat(path: "x.jpg")) {
      try writeGraph("digraph {}", to: "x.jpg")
    }
  }

  @Test(.enabled(if: hasGraphviz)) func graphvizLaysItOut() throws {
    let base =
      getenv("SERVAL_GRAPH_OUTPUT").map { String(cString: $0) } ?? "/tmp/serval-\(getpid())"
    defer {
      if getenv("SERVAL_GRAPH_OUTPUT") == nil {
        for suffix in ["svg", "png", "dot"] { unlink("\(base).\(suffix)") }
      }
    }
    for suffix in ["svg", "png", "dot"] { try writeGraph(webserver, to: "\(base).\(suffix)") }
    var status = stat()
    #expect(stat("\(base).svg", &status) == 0)
    #expect(status.st_size > 10_000)
    let error = #expect(throws: GraphError.self) {
      try writeGraph("not a graph", to: "\(base).svg")
    }
    guard case .layoutFailed(_, let code, let message)? = error else {
      Issue.record("expected a failed layout, got \(String(describing: error))")
      return
    }
    #expect(code != 0)
    #expect(message.contains("syntax error"))
  }
}
