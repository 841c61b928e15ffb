// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import SystemModel

@Suite struct UnitsTests {
  @Test func sizesRoundUp() {
    #expect(ByteCount(0).roundedUp(to: 0x1000) == 0)
    #expect(ByteCount(1).roundedUp(to: 0x1000) == 0x1000)
    #expect(ByteCount(0x1000).roundedUp(to: 0x1000) == 0x1000)
    #expect(ByteCount(.max).roundedUp(to: 0x1000) == nil)
  }

  @Test func permissionsAreWrittenInOneOrder() {
    #expect(Permissions([.write, .read]).description == "rw")
    #expect(Permissions([.execute, .read, .write]).description == "rwx")
  }

  @Test func versionsAreOrdered() {
    #expect(SDKVersion.allCases.sorted() == SDKVersion.allCases)
    #expect(SDKVersion.v1_4_1.declaresProtectedCallsOnCallee)
    #expect(!SDKVersion.v2_0_1.declaresProtectedCallsOnCallee)
  }

  @Test func positionDoesNotAffectEquality() {
    let here = Origin(.init(file: "a", line: 1, column: 1))
    #expect(MemoryRegion("r", size: 1, origin: here) == MemoryRegion("r", size: 1))
    #expect(Set([here, Origin()]).count == 1)
  }

  @Test func allDomainsAreParentsFirst() {
    let child = ProtectionDomain("b", image: .init("b"), children: [.init("c", image: .init("c"))])
    let system = SystemDescription(protectionDomains: [
      .init("a", image: .init("a"), children: [child]), .init("d", image: .init("d")),
    ])
    #expect(system.allProtectionDomains.map(\.name) == ["a", "b", "c", "d"])
  }
}
