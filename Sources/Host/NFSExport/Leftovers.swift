// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Removes sockets and their directories when the process exits, if nothing removed them before.
enum Leftovers {
  // Safety: accessed only under the lock, or by `atexit`.
  nonisolated(unsafe) private static var paths: [String] = []
  nonisolated(unsafe) private static var isRegistered = false
  nonisolated(unsafe) private static let lock = {
    let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    return lock
  }()

  static func add(_ path: String) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    paths.append(path)
    guard !isRegistered else { return }
    isRegistered = true
    atexit { Leftovers.removeAll() }
  }

  static func remove(_ path: String) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    paths.removeAll { $0 == path }
    discard(path)
  }

  private static func removeAll() {
    for path in paths { discard(path) }
  }

  private static func discard(_ path: String) {
    unlink(path)
    if let slash = path.lastIndex(of: "/") { rmdir(String(path[..<slash])) }
  }
}
