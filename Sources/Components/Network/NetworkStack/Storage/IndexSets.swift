// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Disjoint sets of indices below a limit: each index is in at most one set.
struct IndexSets: ~Copyable {
  // -1 stands for no set, and for no index.
  private struct Member: BitwiseCopyable {
    var set: Int32 = -1
    var next: Int32 = -1
    var previous: Int32 = -1
  }

  private var members: FixedArray<Member>
  private var firsts: FixedArray<Int32>

  init(sets: Int, limit: Int) {
    members = FixedArray(count: limit, repeating: Member())
    firsts = FixedArray(count: sets, repeating: -1)
  }

  func isEmpty(_ set: Int) -> Bool { firsts[set] < 0 }

  /// The set that contains `index`.
  func set(of index: Int) -> Int? { members[index].set < 0 ? nil : Int(members[index].set) }

  /// Inserts `index`, which must be in no set.
  mutating func insert(_ index: Int, into set: Int) {
    let first = firsts[set]
    let entry = Int32(truncatingIfNeeded: index)
    members[index] = Member(set: Int32(truncatingIfNeeded: set), next: first, previous: -1)
    if first >= 0 { members[Int(first)].previous = entry }
    firsts[set] = entry
  }

  /// Removes `index` from its set, and returns the set.
  mutating func remove(_ index: Int) -> Int? {
    let member = members[index]
    guard let set = set(of: index) else { return nil }
    if member.previous >= 0 {
      members[Int(member.previous)].next = member.next
    } else {
      firsts[set] = member.next
    }
    if member.next >= 0 { members[Int(member.next)].previous = member.previous }
    members[index] = Member()
    return set
  }

  /// Removes any index from a set.
  mutating func pop(from set: Int) -> Int? {
    let first = Int(firsts[set])
    guard first >= 0 else { return nil }
    _ = remove(first)
    return first
  }
}

#if !hasFeature(Embedded)
  extension IndexSets {
    /// What is wrong with the links; nil if nothing is.
    func checkInvariants() -> String? {
      var linked = 0
      for set in 0..<firsts.count {
        var (previous, current) = (Int32(-1), firsts[set])
        while current >= 0 {
          let member = members[Int(current)]
          guard linked < members.count, Int(member.set) == set, member.previous == previous else {
            return "index \(current) has wrong links in set \(set)"
          }
          linked += 1
          (previous, current) = (current, member.next)
        }
      }
      var inSets = 0
      for index in 0..<members.count where members[index].set >= 0 { inSets += 1 }
      return inSets == linked ? nil : "\(inSets) indices name a set, \(linked) are linked"
    }
  }
#endif
