// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// A tap device of the host, which must exist and belong to this user (`ip tuntap add mode tap user ...`).
final class TapNetwork: NetworkBackend {
  var deliver: ([UInt8]) -> Void = { _ in }
  private let descriptor: Int32

  init(_ name: String) throws(EmulatorError) {
    descriptor = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .tap(name, errno: errno) }
    // struct ifreq (linux/if.h): 16 bytes of name, flags IFF_TAP | IFF_NO_PI, padding to 40 bytes.
    var request = [UInt8](repeating: 0, count: 40)
    for (index, byte) in name.utf8.prefix(15).enumerated() { request[index] = byte }
    (request[16], request[17]) = (0x02, 0x10)
    let setInterface: UInt = 0x4004_54ca
    guard ioctl(descriptor, setInterface, &request) == 0 else {
      let number = errno
      close(descriptor)
      throw .tap(name, errno: number)
    }
  }

  deinit { close(descriptor) }

  func transmit(_ frame: [UInt8], now: UInt64) { _ = write(descriptor, frame, frame.count) }

  func descriptors(timeout: inout UInt32) -> [pollfd] {
    [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
  }

  func handle(_ descriptors: [pollfd], now: UInt64) {
    guard descriptors.contains(where: { $0.revents != 0 }) else { return }
    var frame = [UInt8](repeating: 0, count: 65_536)
    for _ in 0..<(queueLimit / 2) {
      let count = read(descriptor, &frame, frame.count)
      guard count > 0 else { return }
      deliver(Array(frame.prefix(count)))
    }
  }

  var nextEvent: UInt64? { nil }
  func advance(to now: UInt64) {}

  // The device has a queue of its own, whose length its creator chooses.
  let queueLimit = 512
  let hasFlowControl = true
}
