// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import TestSupport
import Testing

@testable import Records

private struct Settings: ProgramRecord {
  static var name: StaticString { "settings" }
  var port: UInt16 = 4242
  var greeting: RecordText<64> = "good day"
  var friend = IPv4Address.unspecified
  init() {}
  mutating func visit(_ fields: inout some RecordFields) {
    fields.visit("port", &port)
    fields.visit("greeting", &greeting)
    fields.visit("friend", &friend)
  }
}

/// Every type of property.
private struct Everything: ProgramRecord, Equatable {
  static var name: StaticString { "everything" }
  var small: UInt8 = 0
  var large: UInt64 = 0
  var medium: UInt32 = 0
  var signed = 0
  var isOn = false
  var mac = MACAddress(0)
  init() {}
  mutating func visit(_ fields: inout some RecordFields) {
    fields.visit("small", &small)
    fields.visit("large", &large)
    fields.visit("medium", &medium)
    fields.visit("signed", &signed)
    fields.visit("isOn", &isOn)
    fields.visit("mac", &mac)
  }
}

@Suite struct ProgramRecordTests {
  @Test func theBytes() throws {
    var settings = Settings()
    settings.friend = IPv4Address(10, 0, 2, 15)
    var section = ProgramRecords.empty
    try ProgramRecords.add(settings, to: &section)
    #expect(section.count == 16384)
    #expect(section.starts(with: Array("Serval".utf8) + [6, 1, 0, 0x40, 0, 0, 0, 0, 0, 0]))
    // Length of the name, size of the record, and after the layout's number the name.
    #expect(section[16..<24].elementsEqual([8, 0, 0, 0, 70, 0, 0, 0]))
    #expect(section[32..<40].elementsEqual("settings".utf8))
    #expect(section[40..<50].elementsEqual([0x92, 0x10] + Array("good day".utf8)))
    #expect(section[106..<110].elementsEqual([15, 2, 0, 10]))
    #expect(section[110...].allSatisfy { $0 == 0 })
  }

  @Test func readsWhatWasWritten() throws {
    var settings = Settings()
    settings.port = 80
    settings.greeting = "grüß dich"
    var everything = Everything()
    everything.small = 255
    everything.large = .max - 1
    everything.medium = 0x1234_5678
    everything.signed = -3
    everything.isOn = true
    everything.mac = MACAddress(0x5254_0100_0013)
    var section = ProgramRecords.empty
    try ProgramRecords.add(settings, to: &section)
    try ProgramRecords.add(everything, to: &section)
    let read = try ProgramRecords.read(Settings.self, from: section)
    #expect(read.port == 80 && String(read.greeting) == "grüß dich")
    #expect(try ProgramRecords.read(Everything.self, from: section) == everything)
  }

  private struct Renamed: ProgramRecord {
    static var name: StaticString { "settings" }
    var port: UInt16 = 0
    var greeting: RecordText<64> = ""
    var peer = IPv4Address.unspecified
    init() {}
    mutating func visit(_ fields: inout some RecordFields) {
      fields.visit("port", &port)
      fields.visit("greeting", &greeting)
      fields.visit("peer", &peer)
    }
  }

  private struct Resized: ProgramRecord {
    static var name: StaticString { "settings" }
    var port: UInt16 = 0
    var greeting: RecordText<60> = ""
    var friend = IPv4Address.unspecified
    init() {}
    mutating func visit(_ fields: inout some RecordFields) {
      fields.visit("port", &port)
      fields.visit("greeting", &greeting)
      fields.visit("friend", &friend)
    }
  }

  /// A number where an address was.
  private struct Retyped: ProgramRecord {
    static var name: StaticString { "settings" }
    var port: UInt16 = 0
    var greeting: RecordText<64> = ""
    var friend: UInt32 = 0
    init() {}
    mutating func visit(_ fields: inout some RecordFields) {
      fields.visit("port", &port)
      fields.visit("greeting", &greeting)
      fields.visit("friend", &friend)
    }
  }

  @Test func otherLayoutsAreRefused() throws {
    var section = ProgramRecords.empty
    #expect(throws: ProgramRecords.ReadError.missing) {
      try ProgramRecords.read(Settings.self, from: section)
    }
    try ProgramRecords.add(Settings(), to: &section)
    #expect(throws: ProgramRecords.ReadError.otherLayout) {
      try ProgramRecords.read(Renamed.self, from: section)
    }
    #expect(throws: ProgramRecords.ReadError.otherLayout) {
      try ProgramRecords.read(Resized.self, from: section)
    }
    #expect(throws: ProgramRecords.ReadError.otherLayout) {
      try ProgramRecords.read(Retyped.self, from: section)
    }
    #expect(throws: ProgramRecords.ReadError.missing) {
      try ProgramRecords.read(Everything.self, from: section)
    }
    // A section that nothing has been written to.
    #expect(throws: ProgramRecords.ReadError.missing) {
      try ProgramRecords.read(Settings.self, from: [UInt8](repeating: 0, count: 16384))
    }
  }

  private struct Forgetful: ProgramRecord {
    static var name: StaticString { "forgetful" }
    var port: UInt16 = 0
    var name: UInt8 = 0
    init() {}
    mutating func visit(_ fields: inout some RecordFields) { fields.visit("port", &port) }
  }

  private struct Twice: ProgramRecord {
    static var name: StaticString { "twice" }
    var port: UInt16 = 0
    init() {}
    mutating func visit(_ fields: inout some RecordFields) {
      fields.visit("port", &port)
      fields.visit("port", &port)
    }
  }

  private struct Misnamed: ProgramRecord {
    static var name: StaticString { "my-record" }
    init() {}
    mutating func visit(_ fields: inout some RecordFields) {}
  }

  private struct Large: ProgramRecord {
    static var name: StaticString { "large" }
    var text: RecordText<16344> = ""
    var more: UInt8 = 0
    init() {}
    mutating func visit(_ fields: inout some RecordFields) {
      fields.visit("text", &text)
      fields.visit("more", &more)
    }
  }

  @Test func mistakesAreNamed() throws {
    var section = ProgramRecords.empty
    #expect(
      throws: ProgramRecords.WriteError.propertyNotVisited(record: "forgetful", property: "name")
    ) { try ProgramRecords.add(Forgetful(), to: &section) }
    #expect(throws: ProgramRecords.WriteError.noSuchProperty(record: "twice", property: "port")) {
      try ProgramRecords.add(Twice(), to: &section)
    }
    #expect(throws: ProgramRecords.WriteError.invalidName("my-record")) {
      try ProgramRecords.add(Misnamed(), to: &section)
    }
    #expect(throws: ProgramRecords.WriteError.tooLarge(record: "large", needed: 16384 + 8)) {
      try ProgramRecords.add(Large(), to: &section)
    }
    #expect(section == ProgramRecords.empty)
    try ProgramRecords.add(Settings(), to: &section)
    #expect(throws: ProgramRecords.WriteError.duplicate("settings")) {
      try ProgramRecords.add(Settings(), to: &section)
    }
  }

  @Test func texts() throws {
    var text: RecordText<4> = "abcd"
    let appended = text.append(0x65)
    #expect(!appended && text.count == 4 && text[3] == 0x64 && text[4] == 0 && text[-1] == 0)
    // Of a literal, these would be mistakes of the program.
    let (long, zero, short) = ("abcde", "a\0", "ab")
    #expect(RecordText<4>(long) == nil)
    #expect(RecordText<4>(zero) == nil)
    #expect(try #require(RecordText<4>(short)) == ("ab" as RecordText<9>))
    #expect(!(("ab" as RecordText<4>) == ("ac" as RecordText<4>)))
    #expect(String("" as RecordText<4>) == "")
  }

  /// Whatever bytes the section has, reading neither traps nor runs on.
  @Test func damagedSections() throws {
    var generator = SeededGenerator(seed: 5)
    var good = ProgramRecords.empty
    try ProgramRecords.add(Everything(), to: &good)
    try ProgramRecords.add(Settings(), to: &good)
    var outcomes = Set<String>()
    for _ in 0..<fuzzIterations(2000) {
      var section = good
      for _ in 0...generator.below(3) {
        section[generator.below(200)] = UInt8(truncatingIfNeeded: generator.next())
      }
      if generator.chance(100) { section.removeLast(generator.below(section.count)) }
      do throws(ProgramRecords.ReadError) {
        _ = try ProgramRecords.read(Settings.self, from: section)
        outcomes.insert("read")
      } catch {
        outcomes.insert("\(error)")
      }
      #expect(ProgramRecords.entries(in: section).allSatisfy { $0.end <= 16384 })
    }
    #expect(outcomes == ["read", "missing", "otherLayout"])
  }
}
