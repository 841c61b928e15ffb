// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate

// Compresses made data and the files that run.sh has loaded, with the module and with zlib, and reports bytes and ticks of the machine's counter.
// Start.S calls `bench_main`.

@_silgen_name("bench_counter") func counter() -> UInt64
@_silgen_name("bench_put") func put(_ byte: UInt8)
@_silgen_name("zlib_begin") func zlibBegin(_ level: Int32)
@_silgen_name("zlib_compress") func zlibCompress(
  _ input: UnsafePointer<UInt8>, _ count: Int, _ output: UnsafeMutablePointer<UInt8>, _ room: Int
) -> Int
@_silgen_name("zlib_crc32") func zlibCRC32(_ input: UnsafePointer<UInt8>, _ count: Int) -> UInt32

func say(_ text: StaticString) {
  for index in 0..<text.utf8CodeUnitCount { put(unsafe text.utf8Start[index]) }
}

func say(_ number: UInt64) {
  if number >= 10 { say(number / 10) }
  put(UInt8(truncatingIfNeeded: 48 + number % 10))
}

func report(_ values: [UInt64]) {
  for value in values {
    say(" ")
    say(value)
  }
}

let room = 1 << 16

/// Bytes of output, and ticks.
func compress(_ input: Span<UInt8>, _ level: DeflateLevel) -> (Int, UInt64) {
  var deflater = Deflater(level: level)
  var output = [UInt8]()
  output.reserveCapacity(room)
  let begin = counter()
  var consumed = 0
  var produced = 0
  var isDone = false
  while !isDone {
    output.removeAll(keepingCapacity: true)
    output.append(addingCapacity: room) { output in
      let progress = deflater.compress(
        input.extracting(consumed..<input.count), into: &output, .finish)
      consumed += progress.consumed
      produced += progress.produced
      isDone = progress.isDone
    }
  }
  return (produced, counter() - begin)
}

func compressWithZlib(_ input: UnsafeBufferPointer<UInt8>, _ level: Int32) -> (Int, UInt64) {
  guard let start = input.baseAddress else { return (0, 0) }
  let output = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
  zlibBegin(level)
  let begin = counter()
  let produced = unsafe zlibCompress(start, input.count, output, room)
  return (produced, counter() - begin)
}

extension Corpus {
  var name: StaticString {
    switch self {
    case .text: "text"
    case .html: "html"
    case .log: "log"
    case .program: "program"
    case .picture: "picture"
    case .records: "records"
    case .noise: "noise"
    case .zeros: "zeros"
    }
  }
}

/// Reports, after the name: bytes; for each level, bytes of output and ticks, and zlib's; ticks of CRC-32, and zlib's.
func measure(_ bytes: UnsafeBufferPointer<UInt8>) {
  guard let start = bytes.baseAddress else { return }
  report([UInt64(bytes.count)])
  for (level, zlibLevel) in [(DeflateLevel.fast, Int32(1)), (.good, 6)] {
    let own = compress(unsafe Span(_unsafeElements: bytes), level)
    let other = unsafe compressWithZlib(bytes, zlibLevel)
    report([UInt64(own.0), own.1, UInt64(other.0), other.1])
  }
  var checksum = CRC32()
  var begin = counter()
  checksum.update(unsafe Span(_unsafeElements: bytes))
  let own = counter() - begin
  begin = counter()
  let other = unsafe zlibCRC32(start, bytes.count)
  report([own, counter() - begin])
  say(checksum.value == other ? "\n" : " wrong CRC-32\n")
}

@_cdecl("bench_main") func benchMain() {
  for corpus in Corpus.allCases {
    say(corpus.name)
    unsafe corpus.bytes(200_000).withUnsafeBufferPointer { unsafe measure($0) }
  }
  guard var place = unsafe UnsafeRawPointer(bitPattern: 0x9000_0000) else { return }
  // Each file has a name of 16 bytes, its size in 8, and begins at a multiple of 8.
  while unsafe place.load(as: UInt8.self) != 0 {
    for index in 0..<16 {
      let byte = unsafe place.load(fromByteOffset: index, as: UInt8.self)
      if byte != 0 { put(byte) }
    }
    let count = unsafe place.load(fromByteOffset: 16, as: Int.self)
    unsafe measure(
      UnsafeBufferPointer(start: (place + 24).assumingMemoryBound(to: UInt8.self), count: count))
    unsafe place += 24 + (count + 7) & ~7
  }
}
