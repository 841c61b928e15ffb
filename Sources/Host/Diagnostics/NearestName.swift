// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The candidate closest to a mistyped `name`, for "did you mean" hints.
///
/// Distance is Damerau-Levenshtein, in which swapping two neighbours counts once. Nil if no
/// candidate is within a third of the name's length (at least 1).
public func nearestName(to name: String, in candidates: some Sequence<String>) -> String? {
  // The time grows with the product of the lengths. Nobody mistypes longer names than this.
  guard name.utf8.count <= 256 else { return nil }
  let letters = Array(name)
  let limit = max(1, letters.count / 3)
  var best: (name: String, distance: Int)?
  for candidate in candidates where candidate.utf8.count <= 512 {
    let others = Array(candidate)
    // At least as many letters are different as one has more.
    if abs(others.count - letters.count) > limit { continue }
    let distance = editDistance(letters, others, limit: limit)
    if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// - Returns: some number above `limit` if the distance is above it.
private func editDistance(_ a: [Character], _ b: [Character], limit: Int) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      row[j] = min(last[j] + 1, row[j - 1] + 1, substitution)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        row[j] = min(row[j], beforeLast[j - 2] + 1)
      }
    }
    // A swap starts from the row before, so that both must be beyond the limit.
    if min(row.min() ?? 0, last.min() ?? 0) > limit { return limit + 1 }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
