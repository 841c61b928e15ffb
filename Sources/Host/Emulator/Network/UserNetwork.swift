// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CSlirp
import Glibc
import NFSExport

/// A network by libslirp, which needs no privileges on the host, with the addresses of QEMU's user network.
final class UserNetwork: NetworkBackend {
  var deliver: ([UInt8]) -> Void = { _ in }
  private var slirp: OpaquePointer?
  private let callbacks: UnsafeMutablePointer<SlirpCb>
  private var now: UInt64 = 0
  private var timers: [SlirpTimer] = []
  private var export: DirectoryExport?
  /// The list that libslirp fills and reads.
  private var polled: [pollfd] = []
  /// The listening sockets of forwarded TCP ports.
  private var listeners: [Int32] = []
  /// Their indices in `polled`.
  private var listenerPlaces: [Int] = []

  /// How many connections may wait to be accepted. libslirp's own limit of one makes all others retry after a
  /// second or more.
  private static let listenBacklog: Int32 = 512
  /// As in QEMU. libslirp has no flow control and retransmits lost frames only after seconds.
  let queueLimit = 10_000

  /// - Throws: `portTaken`, or `export` for a directory that cannot be served.
  init(forwards: [PortForward], exportedDirectory: String? = nil) throws(EmulatorError) {
    callbacks = .allocate(capacity: 1)
    callbacks.initialize(to: Self.makeCallbacks())
    var configuration = SlirpConfig()
    configuration.version = 1
    configuration.in_enabled = true
    configuration.vnetwork = address(10, 0, 2, 0)
    configuration.vnetmask = address(255, 255, 255, 0)
    configuration.vhost = address(10, 0, 2, 2)
    configuration.vdhcp_start = address(10, 0, 2, 15)
    configuration.vnameserver = address(10, 0, 2, 3)
    slirp = slirp_new(&configuration, callbacks, Unmanaged.passUnretained(self).toOpaque())
    for forward in forwards {
      let guest = forward.guestAddress ?? [10, 0, 2, 15]
      let status = slirp_add_hostfwd(
        slirp, forward.isUDP ? 1 : 0, address(127, 0, 0, 1), Int32(forward.hostPort),
        address(guest[0], guest[1], guest[2], guest[3]), Int32(forward.guestPort))
      if status < 0 { throw .portTaken(forward.hostPort) }
    }
    extendBacklogs()
    if let exportedDirectory { try serve(exportedDirectory) }
  }

  /// Calls `listen` again on each listening socket, which sets a new backlog.
  private func extendBacklogs() {
    var timeout: UInt32 = 0
    for descriptor in descriptors(timeout: &timeout).map(\.fd) {
      var (listens, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
      guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens != 0,
        listen(descriptor, Self.listenBacklog) == 0
      else { continue }
      listeners.append(descriptor)
    }
  }

  /// Serves a directory at 10.0.2.4, the first address that libslirp leaves free for services (QEMU's guestfwd).
  private func serve(_ directory: String) throws(EmulatorError) {
    do throws(DirectoryExport.Failure) {
      let export = try DirectoryExport(directory)
      self.export = export
      for port in [DirectoryExport.portMapperPort, DirectoryExport.port] {
        var guest = address(10, 0, 2, 4)
        let status = slirp_add_unix(slirp, export.socketPath, &guest, Int32(port))
        if status < 0 { throw .socket(errno: EADDRNOTAVAIL) }
      }
    } catch {
      throw .export(error)
    }
  }

  deinit {
    if let slirp { slirp_cleanup(slirp) }
    callbacks.deallocate()
  }

  func transmit(_ frame: [UInt8], now: UInt64) {
    self.now = now
    slirp_input(slirp, frame, Int32(frame.count))
  }

  func descriptors(timeout: inout UInt32) -> [pollfd] {
    polled = []
    listenerPlaces = []
    slirp_pollfds_fill(
      slirp, &timeout,
      { descriptor, events, opaque in
        guard let network = network(opaque) else { return -1 }
        if network.listeners.contains(descriptor) {
          network.listenerPlaces.append(network.polled.count)
        }
        network.polled.append(pollfd(fd: descriptor, events: toPoll(events), revents: 0))
        return Int32(network.polled.count - 1)
      }, Unmanaged.passUnretained(self).toOpaque())
    return polled
  }

  func handle(_ descriptors: [pollfd], now: UInt64) {
    self.now = now
    polled = descriptors
    handlePolled()
    for _ in 1..<Self.listenBacklog where hasMoreConnections() { handlePolled() }
  }

  /// Lets libslirp handle `polled`. It accepts at most one connection.
  private func handlePolled() {
    slirp_pollfds_poll(
      slirp, 0,
      { index, opaque in
        guard let network = network(opaque), network.polled.indices.contains(Int(index)) else {
          return 0
        }
        return fromPoll(network.polled[Int(index)].revents)
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Whether more connections wait to be accepted. If so, `polled` has no other events left.
  private func hasMoreConnections() -> Bool {
    let places = listenerPlaces.filter { polled.indices.contains($0) && polled[$0].revents != 0 }
    if places.isEmpty { return false }
    var waiting = places.map { pollfd(fd: polled[$0].fd, events: Int16(POLLIN), revents: 0) }
    guard poll(&waiting, nfds_t(waiting.count), 0) > 0 else { return false }
    for place in polled.indices { polled[place].revents = 0 }
    for (place, state) in zip(places, waiting) { polled[place].revents = state.revents }
    return true
  }

  // MARK: Timers

  private final class SlirpTimer {
    let callback: SlirpTimerCb?
    let opaque: UnsafeMutableRawPointer?
    var time: UInt64?

    init(_ callback: SlirpTimerCb?, _ opaque: UnsafeMutableRawPointer?) {
      self.callback = callback
      self.opaque = opaque
    }
  }

  var nextEvent: UInt64? { timers.compactMap(\.time).min() }

  func advance(to now: UInt64) {
    self.now = now
    for timer in timers {
      guard let time = timer.time, time <= now else { continue }
      timer.time = nil
      timer.callback?(timer.opaque)
    }
  }

  // MARK: libslirp's callbacks

  private static func makeCallbacks() -> SlirpCb {
    var callbacks = SlirpCb()
    callbacks.send_packet = { bytes, count, opaque in
      let frame = UnsafeRawBufferPointer(start: bytes, count: count)
      network(opaque)?.deliver(Array(frame))
      return count
    }
    callbacks.guest_error = { _, _ in }
    callbacks.clock_get_ns = { opaque in Int64(clamping: network(opaque)?.now ?? 0) }
    callbacks.timer_new = { callback, callbackOpaque, opaque in
      guard let network = network(opaque) else { return nil }
      let timer = SlirpTimer(callback, callbackOpaque)
      network.timers.append(timer)
      return Unmanaged.passUnretained(timer).toOpaque()
    }
    callbacks.timer_free = { timer, opaque in
      network(opaque)?.timers.removeAll { Unmanaged.passUnretained($0).toOpaque() == timer }
    }
    callbacks.timer_mod = { timer, milliseconds, opaque in
      let found = network(opaque)?.timers.first {
        Unmanaged.passUnretained($0).toOpaque() == timer
      }
      let (time, overflow) = UInt64(clamping: milliseconds)
        .multipliedReportingOverflow(by: 1_000_000)
      found?.time = overflow ? nil : time
    }
    callbacks.register_poll_fd = { _, _ in }
    callbacks.unregister_poll_fd = { _, _ in }
    callbacks.notify = { _ in }
    return callbacks
  }
}

private func network(_ opaque: UnsafeMutableRawPointer?) -> UserNetwork? {
  opaque.map { Unmanaged<UserNetwork>.fromOpaque($0).takeUnretainedValue() }
}

private func address(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> in_addr {
  let value = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
  return in_addr(s_addr: value.bigEndian)
}

private func toPoll(_ events: Int32) -> Int16 {
  var result: Int32 = 0
  if events & 1 != 0 { result |= POLLIN }
  if events & 2 != 0 { result |= POLLOUT }
  if events & 4 != 0 { result |= POLLPRI }
  return Int16(truncatingIfNeeded: result)
}

private func fromPoll(_ events: Int16) -> Int32 {
  let events = Int32(events)
  var result: Int32 = 0
  if events & POLLIN != 0 { result |= 1 }
  if events & POLLOUT != 0 { result |= 2 }
  if events & POLLPRI != 0 { result |= 4 }
  if events & POLLERR != 0 { result |= 8 }
  if events & POLLHUP != 0 { result |= 16 }
  return result
}
