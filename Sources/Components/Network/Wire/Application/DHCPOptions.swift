// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// All instances of one option joined (RFC 3396, 7): their length and the first eight bytes.
struct DHCPOption: BitwiseCopyable {
  private(set) var byteCount = 0
  // The first byte is the most significant.
  private var head: UInt64 = 0
  private var firstByteCount = 0
  private var isRepeated = true
  private(set) var isThere = false

  mutating func append(_ body: borrowing RawSpan) {
    if !isThere { firstByteCount = body.byteCount }
    isThere = true
    if body.byteCount != firstByteCount { isRepeated = false }
    for index in 0..<min(body.byteCount, max(8 &- byteCount, 0)) {
      head |= UInt64(body.byte(at: index)) << UInt64(56 &- 8 &* (byteCount &+ index))
    }
    byteCount &+= body.byteCount
  }

  /// The value of an option of `size` bytes, 1...8: the joined parts, or the first of several
  /// complete instances from a server that repeats itself. Nil for any other length.
  func number(_ size: Int) -> UInt64? {
    guard isThere, byteCount == size || (firstByteCount == size && isRepeated) else { return nil }
    return head >> UInt64(64 &- 8 &* size)
  }

  /// The address at index 0 or 1 of a list; nil if the list is shorter or its length is wrong.
  func address(_ place: Int) -> IPv4Address? {
    guard byteCount % 4 == 0, place &* 4 < byteCount, place < 2 else { return nil }
    return IPv4Address(UInt32(truncatingIfNeeded: head >> UInt64(32 &- 32 &* place)))
  }
}

/// Classless routes, parsed byte by byte (RFC 3442). Each route is a prefix length, the significant
/// bytes of the prefix, and a router.
struct ClasslessRoutes: BitwiseCopyable {
  private(set) var routes = IPv4Routes()
  private(set) var isThere = false
  private var isMalformed = false
  // The current route: its prefix length, missing bytes, and the prefix and router so far.
  private var prefixLength: UInt8 = 0
  private var remaining = 0
  private var number: UInt64 = 0

  mutating func append(_ body: borrowing RawSpan) {
    isThere = true
    for index in 0..<body.byteCount { append(body.byte(at: index)) }
  }

  private mutating func append(_ byte: UInt8) {
    guard remaining > 0 else {
      prefixLength = byte
      if byte > 32 { isMalformed = true }
      remaining = (Int(min(byte, 32)) &+ 7) / 8 &+ 4
      number = 0
      return
    }
    number = number << 8 | UInt64(byte)
    remaining &-= 1
    if remaining == 0 { addRoute() }
  }

  private mutating func addRoute() {
    let prefixByteCount = (Int(min(prefixLength, 32)) &+ 7) / 8
    let prefix = UInt32(truncatingIfNeeded: number >> 32) << UInt32(32 &- 8 &* prefixByteCount)
    guard
      let network = IPv4Network(address: IPv4Address(prefix), prefixLength: min(prefixLength, 32))
    else { return }
    routes.add(network, router: IPv4Address(UInt32(truncatingIfNeeded: number)))
  }

  /// All routes; nil if the option is missing or malformed, even in its last byte: half a list may
  /// be worse than none.
  var all: IPv4Routes? {
    isThere && !isMalformed && remaining == 0 && routes != IPv4Routes() ? routes : nil
  }
}

/// The options that a client needs, read in one pass over up to three parts of a message.
struct DHCPOptions: BitwiseCopyable {
  private var options = InlineArray<11, DHCPOption>(repeating: DHCPOption())
  private(set) var hostName = HostName()
  private var hasHostName = false
  private var classless = ClasslessRoutes()
  private var microsoftClassless = ClasslessRoutes()
  /// Malformed options.
  private(set) var malformed = 0

  /// `message` must contain at least the fixed fields.
  init(parsing message: borrowing RawSpan) {
    parse(message.extracting(DHCPMessage.fixedByteCount..<message.byteCount))
    // Options may continue in the `file` and `sname` fields (option 52), `file` first (RFC 3396,
    // 5).
    let overload = number(52, 1, 1...3) ?? 0
    if overload & 1 != 0 { parse(message.extracting(108..<236)) }
    if overload & 2 != 0 { parse(message.extracting(44..<108)) }
  }

  private mutating func parse(_ options: borrowing RawSpan) {
    var index = 0
    // Some servers omit the end option in a full message.
    while index < options.byteCount, options.byte(at: index) != 255 {
      let code = options.byte(at: index)
      guard code != 0 else {
        index &+= 1
        continue
      }
      guard index &+ 1 < options.byteCount,
        index &+ 2 &+ Int(options.byte(at: index &+ 1)) <= options.byteCount
      else {
        malformed &+= 1
        return
      }
      let end = index &+ 2 &+ Int(options.byte(at: index &+ 1))
      record(code, options.extracting(index &+ 2..<end))
      index = end
    }
  }

  private mutating func record(_ code: UInt8, _ body: borrowing RawSpan) {
    switch code {
    case 12:
      for index in 0..<body.byteCount { _ = hostName.append(body.byte(at: index)) }
      hasHostName = true
    case 121: classless.append(body)
    case 249: microsoftClassless.append(body)
    default: if let place = DHCPOptions.place(of: code) { options[place].append(body) }
    }
  }

  private static func place(of code: UInt8) -> Int? {
    switch code {
    case 1: 0
    case 3: 1
    case 6: 2
    case 26: 3
    case 50...54: Int(code) &- 46
    case 58, 59: Int(code) &- 49
    default: nil
    }
  }

  private subscript(_ code: UInt8) -> DHCPOption {
    DHCPOptions.place(of: code).map { options[$0] } ?? DHCPOption()
  }
}

// Values. An option that makes no sense is counted as malformed and treated as absent.
extension DHCPOptions {
  mutating func number(_ code: UInt8, _ size: Int, _ range: ClosedRange<UInt64>) -> UInt64? {
    let option = self[code]
    if let number = option.number(size), range.contains(number) { return number }
    if option.isThere { malformed &+= 1 }
    return nil
  }

  mutating func number32(_ code: UInt8) -> UInt32? {
    number(code, 4, 0...UInt64(UInt32.max)).map { UInt32(truncatingIfNeeded: $0) }
  }

  mutating func host(_ code: UInt8) -> IPv4Address? {
    guard let address = number32(code).map({ IPv4Address($0) }) else { return nil }
    if address.isHost { return address }
    malformed &+= 1
    return nil
  }

  /// Up to two host addresses among the first two of a list.
  mutating func hosts(_ code: UInt8) -> (IPv4Address?, IPv4Address?) {
    let option = self[code]
    let first = option.address(0).flatMap { $0.isHost ? $0 : nil }
    let second = option.address(1).flatMap { $0.isHost ? $0 : nil }
    if first == nil, second == nil, option.isThere { malformed &+= 1 }
    return first == nil ? (second, nil) : (first, second)
  }

  /// The mask: ones followed by zeros, at least one of them one.
  mutating func mask() -> IPv4Address? {
    guard let mask = number32(1).map({ IPv4Address($0) }) else { return nil }
    if mask.value != 0, IPv4Network(address: mask, mask: mask) != nil { return mask }
    malformed &+= 1
    return nil
  }

  /// Option 121, otherwise Microsoft's option 249.
  mutating func classlessRoutes() -> IPv4Routes? {
    if classless.isThere, classless.all == nil { malformed &+= 1 }
    if microsoftClassless.isThere, microsoftClassless.all == nil { malformed &+= 1 }
    return classless.all ?? microsoftClassless.all
  }

  mutating func name() -> HostName {
    if hasHostName, hostName.byteCount == 0 { malformed &+= 1 }
    return hostName
  }
}
