// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import Rings
import StaticSite
import Streams
import Time

/// An HTTP server with a static site. Requests and files are not measured.
struct WebBench: ~Copyable {
  var meter = Meter()
  private var server: HTTPServer
  private let files: FileAccess
  private var disk: MemoryFiles
  private var now = Instant.start + .seconds(1)
  private var sentBytes = 0

  init(isDirect: Bool) {
    let commands = BenchHeap.region(32_768)
    let completions = BenchHeap.region(32_768)
    let share = BenchHeap.region(1 << 24)
    guard let commandRing = Ring<FileQueue>(queue: commands),
      let completionRing = Ring<FileQueue>(queue: completions)
    else { fatalError() }
    files = FileAccess(commands: commandRing, completions: completionRing, share: share)
    disk = MemoryFiles(commandRing, completionRing, share)
    let site = StaticSite(files, date: { 1_700_000_100 })
    var router = Router()
    router.get("/*path", site.answer)
    var settings = HTTPServer.Settings()
    settings.date = { 1_700_000_100 }
    settings.sendsDirectly = isDirect
    server = HTTPServer(router, settings)
  }

  mutating func open() -> Int {
    meter.start()
    let connection = server.open(now: now)
    meter.stop()
    guard let connection else { fatalError() }
    return connection
  }

  mutating func close(_ connection: Int) {
    meter.start()
    server.closed(connection, now: now)
    meter.stop()
  }

  /// One request and its whole response.
  mutating func exchange(_ connection: Int, _ request: [UInt8]) -> Int {
    now += Interval(nanoseconds: 100_000)
    sentBytes = 0
    meter.start()
    _ = server.receive(connection, request.span, now: now)
    meter.stop()
    var isBusy = true
    while isBusy {
      meter.start()
      isBusy = files.publish()
      meter.stop()
      if disk.serve() { isBusy = true }
      meter.start()
      files.collect()
      while let id = files.nextReady() { server.wake(id, now: now) }
      while let id = server.nextChanged() { if flush(id) { isBusy = true } }
      if flush(connection) { isBusy = true }
      meter.stop()
    }
    return sentBytes
  }

  /// Takes bytes as a network stack does. Copying them is the stack's work, and is not measured.
  private mutating func flush(_ connection: Int) -> Bool {
    let before = sentBytes
    var taken = 0
    while server.send(
      connection, now: now,
      through: {
        taken += $0.count
        return $0.count
      })
    {}
    sentBytes += taken
    _ = server.disposal(connection)
    return sentBytes > before
  }
}

func request(_ path: StaticString, _ extra: StaticString = "") -> [UInt8] {
  var request = [UInt8]("GET ")
  request.append(path)
  request.append(" HTTP/1.1\r\nHost: 10.0.2.15\r\nUser-Agent: bench/1.0 (of instructions)\r\n")
  request.append("Accept: */*\r\n")
  request.append(extra)
  request.append("\r\n")
  return request
}

func benchWeb(
  _ name: StaticString, _ request: [UInt8], fresh: Bool = false, isDirect: Bool = false,
  rounds: Int = 50
) {
  guard isChosen(name) else { return }
  var bench = WebBench(isDirect: isDirect)
  var connection = bench.open()
  var bytes = 0
  for round in 0..<rounds + 10 {
    if round == 10 { bench.meter.isOn = true }
    if fresh {
      bench.close(connection)
      connection = bench.open()
    }
    bytes = bench.exchange(connection, request)
  }
  report(name, bench.meter, per: rounds)
  say("  (")
  say(UInt64(bytes))
  say(" bytes of answer)\n")
}

func benchAllWeb() {
  benchWeb("HTTP 1 KB kept alive", request("/one.html"))
  benchWeb("HTTP 1 KB fresh", request("/one.html"), fresh: true)
  benchWeb(
    "HTTP 1 KB as a browser asks",
    request(
      "/one.html",
      """
      Accept-Encoding: gzip, deflate, br\r
      Accept-Language: en-GB,en;q=0.9\r
      Cache-Control: max-age=0\r
      Upgrade-Insecure-Requests: 1\r
      Referer: http://10.0.2.15/\r

      """))
  benchWeb("HTTP 100 KB kept alive", request("/hundred.png"))
  benchWeb("HTTP 100 KB, direct", request("/hundred.png"), isDirect: true)
  benchWeb("HTTP 404", request("/none.html"))
  benchWeb(
    "HTTP 304",
    request("/one.html", "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n"))
}
