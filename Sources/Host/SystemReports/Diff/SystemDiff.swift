// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// The differences between two systems, whatever the order of their files; empty if they mean the
/// same.
///
/// A region or protection domain counts as renamed only if nothing else about it changed and
/// nothing else looks like it.
///
/// - Parameters:
///   - sdk: supplies the defaults of attributes that the first system leaves out.
///   - afterSDK: the same for the second system; nil means the same SDK.
public func diff(
  _ before: SystemDescription, _ after: SystemDescription, sdk: SDKVersion = .newest,
  afterSDK: SDKVersion? = nil
) -> [Change] {
  let afterSDK = afterSDK ?? sdk
  var before = before
  var changes: [Change] = []
  for rename in domainRenames((before, sdk), (after, afterSDK)) {
    before.renameDomain(rename.old, to: rename.new)
    changes.append(rename.change(.protectionDomain))
  }
  for rename in regionRenames(before, after) {
    before.renameRegion(rename.old, to: rename.new)
    changes.append(rename.change(.memoryRegion))
  }
  changes += compare(Entity.all(of: before, sdk: sdk), Entity.all(of: after, sdk: afterSDK))
  let order = Change.Subject.allCases
  return changes.enumerated().sorted { a, b in
    func key(_ change: Change) -> (Int, String, String) {
      (order.firstIndex(of: change.subject) ?? 0, change.domain ?? "", change.name)
    }
    let (left, right) = (key(a.element), key(b.element))
    return left == right ? a.offset < b.offset : left < right
  }.map(\.element)
}

/// Pairs parts with the same key. Equal ones cancel out, and the rest are paired in sorted order,
/// as when a domain maps a region twice or has two channels to another.
private func compare(_ before: [Entity], _ after: [Entity]) -> [Change] {
  let old = Dictionary(grouping: before, by: \.key)
  let new = Dictionary(grouping: after, by: \.key)
  return Set(old.keys).union(new.keys).flatMap { key -> [Change] in
    var (removed, added) = (old[key] ?? [], new[key] ?? [])
    for entity in removed {
      guard let match = added.firstIndex(of: entity) else { continue }
      added.remove(at: match)
      if let index = removed.firstIndex(of: entity) { removed.remove(at: index) }
    }
    removed.sort { text($0) < text($1) }
    added.sort { text($0) < text($1) }
    let paired = min(removed.count, added.count)
    return zip(removed, added).map(changed)
      + removed.dropFirst(paired).map { whole($0, .removed) }
      + added.dropFirst(paired).map { whole($0, .added) }
  }
}

private func text(_ entity: Entity) -> String {
  entity.attributes.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
}

private func changed(_ before: Entity, _ after: Entity) -> Change {
  var names = before.attributes.map(\.name)
  names += after.attributes.map(\.name).filter { !names.contains($0) }
  let attributes = names.map {
    Change.Attribute($0, before: before.value(of: $0), after: after.value(of: $0))
  }
  return Change(
    .changed, before.key.subject, before.key.name, in: before.key.domain,
    attributes.filter { $0.before != $0.after })
}

private func whole(_ entity: Entity, _ kind: Change.Kind) -> Change {
  Change(
    kind, entity.key.subject, entity.key.name, in: entity.key.domain,
    entity.attributes.map {
      Change.Attribute(
        $0.name, before: kind == .removed ? $0.value : nil, after: kind == .added ? $0.value : nil)
    })
}
