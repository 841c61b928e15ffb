// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import HTTP
import NFS
import NFSTestSupport
import Testing

/// curl over real sockets against a site on nfs-ganesha. Skipped if either is not installed.
@Suite(
  .serialized,
  .enabled(if: GaneshaServer.isInstalled && access("/usr/bin/curl", X_OK) == 0))
struct BrowserTests {
  private func serve(_ body: (GaneshaServer, WebLoop, String) throws -> Void) throws {
    let server = GaneshaServer()
    var settings = SessionSettings(
      exportPath: bytes(server.export),
      credentials: .system(machineName: bytes("serval"), user: 0, group: 0, groups: []))
    settings.filesPort = server.filesPort
    settings.mountPort = server.mountPort
    let setup = try SiteSetup(NFSClient(settings), shareSize: 1 << 24)
    let loop = try WebLoop(setup)
    defer { loop.stop() }
    try body(server, loop, "http://127.0.0.1:\(loop.port)")
  }

  private func curl(_ server: GaneshaServer, _ arguments: [String]) -> (
    status: Int32, output: String
  ) {
    let path = server.directory + "/out"
    let status = GaneshaServer.run(
      ["/bin/sh", "-c", "exec curl -sS -m 60 --path-as-is \"$@\" > \(path) 2>&1", "curl"]
        + arguments)
    return (status, text(read(path)))
  }

  private func read(_ path: String) -> [UInt8] {
    let file = open(path, O_RDONLY)
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  @Test func curls() throws {
    try serve { server, _, url in
      let data = (0..<10_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 5) }
      GaneshaServer.write(bytes("<h1>Serval</h1>"), to: server.export + "/index.html")
      GaneshaServer.write(data, to: server.export + "/big")
      mkdir(server.export + "/folder", 0o755)
      #expect(curl(server, [url]).output == "<h1>Serval</h1>")
      let copy = server.directory + "/copy"
      #expect(curl(server, ["-o", copy, url + "/big"]).status == 0)
      #expect(read(copy) == data)
      // Resumes in the middle.
      GaneshaServer.write(Array(data[..<3_333_333]), to: copy)
      #expect(curl(server, ["-C", "-", "-o", copy, url + "/big"]).status == 0)
      #expect(read(copy) == data)
      #expect(
        curl(
          server,
          ["-o", copy, "-r", "5-9,100-199", "-w", "%{http_code} %{content_type}", url + "/big"]
        )
        .output.hasPrefix("206 multipart/byteranges"))
      let kept = curl(
        server,
        ["-o", "/dev/null", "-o", "/dev/null", "-w", "%{http_code} %{num_connects},", url, url])
      #expect(kept.output == "200 1,200 0,")
      let tagged = server.directory + "/tag"
      #expect(curl(server, ["--etag-save", tagged, url]).status == 0)
      #expect(
        curl(server, ["--etag-compare", tagged, "-w", "%{http_code}", url]).output == "304")
      #expect(
        curl(server, ["-z", server.export + "/index.html", "-w", "%{http_code}", url]).output
          == "304")
      #expect(
        curl(server, ["-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", url + "/folder"])
          .output
          == "301 \(url)/folder/")
      for path in ["/../etc/passwd", "/%2e%2e/etc/passwd", "/folder/..%2f..%2fetc/passwd", "/none"]
      {
        #expect(
          curl(server, ["-o", "/dev/null", "-w", "%{http_code}", url + path]).output == "404")
      }
      #expect(curl(server, ["-I", url + "/big"]).output.contains("Content-Length: 10000000\r\n"))
      #expect(
        curl(server, ["-X", "DELETE", "-w", "%{http_code}", "-o", "/dev/null", url]).output == "405"
      )
    }
  }

  /// The NFS server is killed and restarted while a file is being sent.
  @Test func serverRestarts() throws {
    try serve { server, _, url in
      let data = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13 >> 4) }
      GaneshaServer.write(data, to: server.export + "/big")
      let copy = server.directory + "/copy"
      let script =
        "curl -sS -m 60 --limit-rate 10M -o \(copy) \(url)/big & sleep 0.7; kill -9 $0; wait $!"
      let process = try #require(server.identifier)
      #expect(GaneshaServer.run(["/bin/sh", "-c", "(\(script)) & sleep 1", "\(process)"]) == 0)
      server.stop()
      server.start()
      for _ in 0..<300 where read(copy).count < data.count { usleep(100_000) }
      #expect(read(copy) == data)
    }
  }
}
