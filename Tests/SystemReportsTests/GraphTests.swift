// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import Diagnostics
import Glibc
import HostIO
import Subsystems
import SystemModel
import Systems
import TestSupport
import Testing
import WebserverFixture

@testable import SystemReports

/// Whether Graphviz is installed, which only the layout needs.
private let hasGraphviz = access("/usr/bin/dot", X_OK) == 0

@Suite struct GraphTests {
  let webserver = graph(WebserverFixture.system, options: GraphOptions(title: "webserver"))

  @Test func drawsEveryDomainAndChannelOnce() {
    let lines = webserver.split(separator: "\n")
    for domain in WebserverFixture.system.protectionDomains {
      #expect(lines.count { $0.contains("<b>\(domain.name)</b>") } == 1)
    }
    #expect(lines.count { $0.contains("dir=both") } == WebserverFixture.system.channels.count)
    #expect(webserver.split(separator: " calls</font>").count == 1 + 2)
    #expect(webserver.split(separator: " called</font>").count == 1 + 2)
  }

  @Test func groupsRegionsBySharers() {
    #expect(webserver.contains("<b>queue \u{d7}2 + share</b>"))
    // Private regions only add to a number in their domain's node; registers belong to the hardware
    // node.
    #expect(!webserver.contains("lib_sddf_lwip"))
    #expect(webserver.contains("own memory 56 KiB"))
    #expect(webserver.contains("<b>virtio_mmio@a000000</b>"))
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
    #expect(edge.contains("pd1:l0:e -> pd0:r0:w"))
    #expect(edge.contains("arrowtail=normal, arrowhead=none"))
    #expect(graph(system).contains(">9 called</font>"))
    #expect(graph(system).contains(">7 calls</font>"))
    // A server that may also notify its client back is still told apart.
    var both = system
    both.channels[0].b.mayNotify = true
    let line = try #require(graph(both).split(separator: "\n").first { $0.contains("dir=both") })
    #expect(line.contains("arrowtail=normal, arrowhead=vee"))
    #expect(graph(both).contains(">9 called</font>"))
  }

  @Test func showsPermissionsPerDomain() {
    let edges = webserver.split(separator: "\n").filter {
      $0.contains("mem") && $0.contains("->") && $0.contains("label=\"r\"")
    }
    // The readers of the receive ring and of the two transmit regions.
    #expect(edges.count == 3)
  }

  @Test func manyInterruptsAreOneEdge() {
    var system = WebserverFixture.system
    system.protectionDomains[0].interrupts = (40..<60).map {
      Interrupt(IRQNumber($0), id: ChannelID(UInt8($0 - 40)))
    }
    let edges = graph(system).split(separator: "\n").filter { $0.contains("hw0 -> pd0") }
    #expect(edges.count == 1)
    #expect(edges.first?.contains("20 interrupts") == true)
    #expect(edges.first?.contains("56, 57, 58, 59") == true)
  }

  @Test func olderNamesOfQueuesAreKnown() {
    let pair = ["a", "b"].map { name in
      ProtectionDomain(
        name, image: .init(name),
        maps: [Map("eth_rx_free", at: 0), Map("eth_rx_active", at: 0x1000)])
    }
    let system = SystemDescription(
      memoryRegions: ["eth_rx_free", "eth_rx_active"].map { MemoryRegion($0, size: 0x1000) },
      protectionDomains: pair)
    #expect(graph(system).contains("<b>queue \u{d7}2</b>"))
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
    #expect(error == .program(.missing(program: "no-such-dot")))
    let finding = try #require(error?.findings.first)
    #expect(finding.message.contains("no-such-dot"))
    #expect(finding.fix == "write a .dot file, which needs no layout")
    #expect(
      GraphError.program(.missing(program: "dot")).findings.first?.fix
        == "install Debian's package graphviz, or write a .dot file, which needs no layout")
    let unwritable = #expect(throws: GraphError.self) {
      try writeGraph("digraph {}", to: "/nonexistent/x.dot")
    }
    #expect(unwritable?.findings.first?.rule == "unwritable")
    #expect(throws: GraphError.unknownFormat(path: "x.jpg")) {
      try writeGraph("digraph {}", to: "x.jpg")
    }
  }

  @Test(.enabled(if: hasGraphviz)) func graphvizLaysItOut() throws {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    for suffix in ["svg", "png", "dot"] {
      try writeGraph(webserver, to: "\(directory)/web.\(suffix)")
    }
    let svg = String(decoding: try Files.read("\(directory)/web.svg"), as: UTF8.self)
    for domain in WebserverFixture.system.protectionDomains {
      #expect(svg.contains(">\(domain.name)</text>"))
    }
    #expect(try Files.read("\(directory)/web.png").starts(with: [0x89] + Array("PNG".utf8)))
    #expect(String(decoding: try Files.read("\(directory)/web.dot"), as: UTF8.self) == webserver)

    let error = #expect(throws: GraphError.self) {
      try writeGraph("not a graph", to: "\(directory)/web.svg")
    }
    guard case .layoutFailed(_, let code, let message)? = error else {
      Issue.record("expected a failed layout, got \(String(describing: error))")
      return
    }
    #expect(code != 0)
    #expect(message.contains("syntax error"))
    // The existing file is unchanged.
    #expect(String(decoding: try Files.read("\(directory)/web.svg"), as: UTF8.self) == svg)
  }

  /// Draws Serval's own systems for people to look at:
  /// `SERVAL_GRAPH_OUTPUT=/tmp swift test --filter GraphTests`.
  @Test(.enabled(if: hasGraphviz && getenv("SERVAL_GRAPH_OUTPUT") != nil))
  func picturesToLookAt() throws {
    let folder = getenv("SERVAL_GRAPH_OUTPUT").map { String(cString: $0) } ?? "."
    try writeGraph(webserver, to: "\(folder)/fixture.png")
    try writeGraph(
      graph(WebserverFixture.system, options: GraphOptions(everyRegion: true)),
      to: "\(folder)/fixture-every-region.png")
    for board in Board.builtIn {
      for system in builtInSystems {
        let required = system.options.filter { $0.defaultValue == nil }
        let choices = try SystemChoices(
          for: system,
          values: Dictionary(
            required.map { ($0.name, "10.0.2.2") }, uniquingKeysWith: { first, _ in first }))
        let layout = try system.layout(board: board, tree: board.tree(), choices)
        let title = "\(system.name) on \(board.name)"
        try writeGraph(
          graph(layout.description, options: GraphOptions(title: title)),
          to: "\(folder)/\(system.name)-\(board.name).png")
      }
    }
  }
}
