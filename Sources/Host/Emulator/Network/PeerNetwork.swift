// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// A program at the other end of the cable that lives in virtual time, so that a test has days in seconds and
/// each run is the same.
///
/// Over a stream socket it is told what happens, one thing at a time, and the machine stands still until it
/// has answered. All numbers are little-endian.
///
/// - To it: the time in nanoseconds (8 bytes), a frame's length (4), the frame. Without a frame it is the
///   time that it wanted to be woken at, or the start.
/// - From it: when it wants to be woken (8; all ones: not at all), how many frames it sends (4), and for each
///   its length (4) and bytes.
final class PeerNetwork: NetworkBackend {
  var deliver: ([UInt8]) -> Void = { _ in }
  private let descriptor: Int32
  private let path: String
  private let report: (String) -> Void
  private var wakeTime: UInt64?
  private var isStarted = false
  private var isGone = false

  /// Frames and their number are bounded, whatever the program says.
  private static let longestFrame = 65_536
  private static let mostFrames = 4096

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

  /// Takes a connected socket, and closes it in the end.
  init(_ descriptor: Int32, path: String, report: @escaping (String) -> Void) {
    self.descriptor = descriptor
    self.path = path
    self.report = report
  }

  deinit { close(descriptor) }

  func send(_ frame: [UInt8], now: UInt64) { tell(frame, now: now) }

  func descriptors(timeout: inout UInt32) -> [pollfd] { [] }
  func handle(_ descriptors: [pollfd], now: UInt64) {}

  var nextEvent: UInt64? { isStarted ? wakeTime : 0 }

  func advance(to now: UInt64) {
    guard let time = nextEvent, time <= now else { return }
    isStarted = true
    wakeTime = nil
    tell([], now: now)
  }

  private func tell(_ frame: [UInt8], now: UInt64) {
    guard !isGone else { return }
    guard write(bytes(now) + bytes(UInt32(frame.count)) + frame), let frames = answer(now) else {
      isGone = true
      wakeTime = nil
      return report("the program at \(path) is gone, and the network with it")
    }
    for frame in frames { deliver(frame) }
  }

  /// Nil when it hung up, or says what cannot be.
  private func answer(_ now: UInt64) -> [[UInt8]]? {
    guard let head = read(12) else { return nil }
    let time = number(head[..<8])
    // What it wanted earlier is the next moment.
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
