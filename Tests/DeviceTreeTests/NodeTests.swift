// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import DeviceTree

@Suite struct NodeTests {
  @Test func nodesKeepTheirOrderAndRelations() throws {
    let tree = try tree("a { b@10 { }; c@20,1 { }; }; d { };")
    #expect(tree.nodes.map(\.path) == ["/", "/a", "/a/b@10", "/a/c@20,1", "/d"])
    #expect(tree.root.name == "" && tree.parent(of: tree.root) == nil)
    let a = try tree.node(at: "/a")
    #expect(tree.children(of: a).map(\.name) == ["b@10", "c@20,1"])
    #expect(tree.children(of: a).map(\.baseName) == ["b", "c"])
    #expect(tree.children(of: a).map(\.unitAddress) == ["10", "20,1"])
    #expect(a.unitAddress == nil)
    #expect(tree.parent(of: try tree.node(at: "/a/b@10")) == a)
  }

  @Test func propertiesAreReadAsTheirNamesMean() throws {
    let tree = try tree(
      """
      n { cells = <1 0xfffffffe>; text = "one", "", "three"; flag; odd = [01 02 03]; one = <7>; };
      """)
    let node = try tree.node(at: "/n")
    #expect(node["cells"]?.cells == [1, 0xffff_fffe])
    #expect(node["cells"]?.cell == nil)
    #expect(node["one"]?.cell == 7)
    #expect(node["text"]?.strings == ["one", "", "three"])
    #expect(node["flag"]?.strings == [] && node["flag"]?.string == nil)
    #expect(node["odd"]?.bytes == [1, 2, 3] && node["odd"]?.cells == nil)
    #expect(node["absent"] == nil)
  }

  @Test func statusDecidesAndDisabledBusesDisable() throws {
    let tree = try tree(
      """
      a { compatible = "x"; }; b { compatible = "x"; status = "okay"; };
      c { compatible = "x"; status = "ok"; }; d { compatible = "x"; status = "disabled"; };
      e { status = "fail-thermal"; f { compatible = "x"; status = "okay"; }; };
      """)
    #expect(tree.devices.map(\.path) == ["/a", "/b", "/c", "/d", "/e/f"])
    #expect(tree.devices.map(\.isEnabled) == [true, true, true, false, false])
    #expect(tree.devices(compatibleWith: ["y", "x"]).map(\.path) == ["/a", "/b", "/c"])
    #expect(try tree.device(at: "/e/f").name == "f")
  }

  @Test func aliasesAndShortNamesFindNodes() throws {
    let tree = try tree(
      """
      aliases { serial0 = "/soc/serial@30"; bus = &soc; };
      soc: soc { serial@30 { }; serial@40 { deep { }; }; };
      """)
    #expect(try tree.node(at: "serial0").path == "/soc/serial@30")
    #expect(try tree.node(at: "bus").path == "/soc")
    #expect(try tree.node(at: "bus/serial@40/deep").path == "/soc/serial@40/deep")
    #expect(try tree.node(at: "/soc/serial").path == "/soc/serial@30")
    #expect(try tree.node(at: "/").path == "/")
    #expect(tree.find("/soc/serial@50") == nil)
    #expect(tree.find("soc") == nil && tree.find("") == nil)
  }

  @Test func aMistypedNodeGetsASuggestion() throws {
    let tree = try tree(
      "aliases { ethernet0 = \"/soc/ethernet@ff3f0000\"; }; soc { ethernet@ff3f0000 { }; };")
    func problem(_ path: String) -> DeviceTreeError.Problem? {
      deviceTreeError { _ = try tree.node(at: path) }?.problem
    }
    let path = "/soc/ethernet@ff3f0000"
    #expect(problem("/soc/ethernt@ff3f0000") == .noSuchNode("/soc/ethernt@ff3f0000", nearest: path))
    #expect(problem("etherent0") == .noSuchNode("etherent0", nearest: "ethernet0"))
    #expect(problem("/quite/else") == .noSuchNode("/quite/else", nearest: nil))
  }

  @Test(
    arguments: [
      ("stdout-path = \"serial0:115200n8\";", "115200n8"),
      ("stdout-path = \"/uart@9\";", nil),
      ("linux,stdout-path = \"/uart@9:9600\";", "9600"),
      ("stdout-path = \"serial0:\";", ""),
    ] as [(String, String?)])
  func standardOutput(chosen: String, options: String?) throws {
    let tree = try tree(
      "aliases { serial0 = \"/uart@9\"; }; chosen { \(chosen) }; uart@9 { };")
    let output = try #require(try tree.standardOutput())
    #expect(output.node.path == "/uart@9")
    #expect(output.options == options)
  }

  @Test func standardOutputMayBeAbsentButNotWrong() throws {
    #expect(try tree("a { };").standardOutput() == nil)
    let wrong = try tree("chosen { stdout-path = \"serial9\"; };")
    #expect(
      deviceTreeError { _ = try wrong.standardOutput() }?.problem
        == .noSuchNode("serial9", nearest: nil))
  }
}
