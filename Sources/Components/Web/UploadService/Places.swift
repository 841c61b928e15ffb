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
      displace(slow)
    }
    let place = Place(self, now)
    taken.append(place)
    return place
  }

  /// Takes the place, and what is kept of the archive, of a client that sends or reads too slowly; false if there is none besides `own`.
  func displaceKept(besides own: Place?, _ now: Instant) -> Bool {
    guard
      let slow = taken.first(where: {
        $0 !== own && $0.dropKept != nil && $0.isSlow(limits, now)
      })
    else { return false }
    displace(slow)
    return true
  }

  private func displace(_ place: Place) {
    place.isLost = true
    place.dropKept?()
    place.waker?.wake()
    remove(place)
  }

  /// Archives in memory: as many as places, or fewer.
  private(set) var archiveCount = 0

  func archiveBegan() { archiveCount += 1 }
  func archiveEnded() { archiveCount -= 1 }

  fileprivate func remove(_ place: Place) { taken.removeAll { $0 === place } }
  fileprivate var window: Interval { limits.slowTime }
  fileprivate func isSlow(_ count: UInt64, in time: Interval) -> Bool {
    count < limits.slowRate &* time.seconds
  }
}

/// A place of an archive, and its pace. The taker has to `release` it.
final class Place {
  private let places: Places
  private var windowStart: Instant
  private var windowCount: UInt64 = 0
  private var wasSlow = false
  private let start: Instant
  private var lastMoved: Instant
  /// Has the upload's handler called.
  var waker: Waker?
  /// Gives up what is kept of the archive until its client has read it.
  var dropKept: (() -> Void)?
  /// Another upload has it now.
  fileprivate(set) var isLost = false

  fileprivate init(_ places: Places, _ now: Instant) {
    self.places = places
    (start, windowStart, lastMoved) = (now, now, now)
  }

  /// Records that `count` bytes of the upload were taken or, if that has ended, of its archive sent.
  func moved(_ count: Int, _ now: Instant) {
    windowCount &+= UInt64(max(count, 0))
    if count > 0 { lastMoved = now }
    let time = now - windowStart
    guard time >= places.window else { return }
    wasSlow = places.isSlow(windowCount, in: time)
    (windowStart, windowCount) = (now, 0)
  }

  fileprivate func isSlow(_ limits: UploadLimits, _ now: Instant) -> Bool {
    let time = now - windowStart
    if now - lastMoved >= limits.slowTime { return true }
    if time >= limits.slowTime { return places.isSlow(windowCount, in: time) }
    // In the first window, what the client has sent so far has to do.
    if windowStart == start {
      return time >= limits.silentTime && places.isSlow(windowCount, in: time)
    }
    return wasSlow
  }

  func release() {
    dropKept = nil
    places.remove(self)
  }
}
