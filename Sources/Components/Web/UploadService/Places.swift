// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Time

/// The places of archives that are being made.
final class Places {
  private let limits: UploadLimits
  private var taken: [Place] = []

  init(_ limits: UploadLimits) { self.limits = limits }

  var count: Int { taken.count }

  /// Whether `take` would give a place.
  func hasRoom(_ now: Instant) -> Bool {
    taken.count < limits.uploadCount || taken.contains { $0.isSlow(limits, now) }
  }

  /// A place, if need be that of an upload that is too slow; nil if there is none.
  func take(_ now: Instant) -> Place? {
    if taken.count >= limits.uploadCount {
      guard let slow = taken.first(where: { $0.isSlow(limits, now) }) else { return nil }
      slow.isLost = true
      slow.waker?.wake()
      remove(slow)
    }
    let place = Place(self, now)
    taken.append(place)
    return place
  }

  fileprivate func remove(_ place: Place) { taken.removeAll { $0 === place } }
  fileprivate var window: Interval { limits.slowTime }
  fileprivate func isSlow(_ count: UInt64, in time: Interval) -> Bool {
    count < limits.slowRate &* time.seconds
  }
}

/// A place of an archive, and its pace. Whoever has taken it has to `release` it.
final class Place {
  private let places: Places
  private var windowStart: Instant
  private var windowCount: UInt64 = 0
  private var wasSlow = false
  /// Has the upload's handler called.
  var waker: Waker?
  /// Another upload has it now.
  fileprivate(set) var isLost = false

  fileprivate init(_ places: Places, _ now: Instant) {
    self.places = places
    windowStart = now
  }

  /// Records that `count` bytes of the upload were taken.
  func moved(_ count: Int, _ now: Instant) {
    windowCount &+= UInt64(max(count, 0))
    let time = now - windowStart
    guard time >= places.window else { return }
    wasSlow = places.isSlow(windowCount, in: time)
    (windowStart, windowCount) = (now, 0)
  }

  fileprivate func isSlow(_ limits: UploadLimits, _ now: Instant) -> Bool {
    let time = now - windowStart
    return time >= limits.slowTime ? places.isSlow(windowCount, in: time) : wasSlow
  }

  func release() { places.remove(self) }
}
