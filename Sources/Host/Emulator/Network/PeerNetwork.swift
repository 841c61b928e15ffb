// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// A program at the far end of the cable that runs in virtual time, so that tests cover days in seconds and
/// each run is the same.
///
/// The two exchange messages over a stream socket; the machine stands still until the peer has answered. All
/// numbers are little-endian.
///
/// - To the peer: the time in nanoseconds (8 bytes), a frame's length (4), the frame. The length is 0 at the
///   start and at the wake-up time.
/// - From the peer: its next wake-up time (8 bytes; all ones for never), the number of frames that it transmits
///   (4), and for each the length (4) and bytes.
final class PeerNetwork: NetworkBackend {
  var deliver: ([UInt8]) -> Void = { _ in }
  private let descriptor: Int32
  private let path: String
  private let report: (String) -> Void
  private var wakeTime: UInt64?
  private var isStarted = false
  private var isGone = false

  /// Bytes; the limits protect the emulator from a faulty peer.
  private static let longestFrame = 65_536
  private static let mostFrames = 4096

  /// Connects to the socket at `path`.
  convenience init(_ path: String, report: @escaping (String) -> Void) throws(EmulatorError) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .peer(path, errno: errno) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
      guard path.utf8.count < place.count else { return false }
      place.copyBytes(from: path.utf8)
      return true
    }
    let status =
      fits
      ? withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      } : -1
    guard status == 0 else {
      let number = fits ? errno : ENAMETOOLONG
      close(descriptor)
      throw .peer(path, errno: number)
    }
    self.init(descriptor, path: path, report: report)
  }

  /// - Parameter descriptor: a connected socket, closed on deinitialization.
  init(_ descriptor: Int32, path: String, report: @escaping (String) -> Void) {
    self.descriptor = descriptor
    self.path = path
    self.report = report
  }

  deinit { close(descriptor) }

  func transmit(_ frame: [UInt8], now: UInt64) { exchange(frame, now: now) }

  func descriptors(timeout: inout UInt32) -> [pollfd] { [] }
  func handle(_ descriptors: [pollfd], now: UInt64) {}

  var nextEvent: UInt64? { isStarted ? wakeTime : 0 }

  func advance(to now: UInt64) {
    guard let time = nextEvent, time <= now else { return }
    isStarted = true
    wakeTime = nil
    exchange([], now: now)
  }

  /// Sends one message and delivers the frames of the answer.
  private func exchange(_ frame: [UInt8], now: UInt64) {
    guard !isGone else { return }
    guard write(bytes(now) + bytes(UInt32(frame.count)) + frame), let frames = readAnswer(now)
    else {
      isGone = true
      wakeTime = nil
      return report("the program at \(path) is gone, and the network with it")
    }
    for frame in frames { deliver(frame) }
  }

  /// Nil if the peer has hung up or exceeds the limits.
  private func readAnswer(_ now: UInt64) -> [[UInt8]]? {
    guard let head = read(12) else { return nil }
    let time = number(head[..<8])
    // A wake-up time that has passed becomes the next nanosecond.
    wakeTime = time == .max ? nil : max(time, now + 1)
    let count = Int(number(head[8...]))
    guard count <= Self.mostFrames else { return nil }
    var frames: [[UInt8]] = []
    for _ in 0..<count {
      guard let length = read(4).map({ Int(number($0[...])) }), length <= Self.longestFrame,
        let frame = read(length)
      else { return nil }
      frames.append(frame)
    }
    return frames
  }

  private func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private func read(_ size: Int) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: size)
    var filled = 0
    while filled < size {
      let count = buffer.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress?.advanced(by: filled), size - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      filled += count
    }
    return buffer
  }
}

private func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
  (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}
