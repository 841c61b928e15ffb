// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing

@Suite struct ContentTypeTests {
  /// Extensions by type, from IANA's registry; types with `x-` and audio/wav are what other servers
  /// send.
  static let list: [(String, String)] = [
    ("text/html; charset=utf-8", "html htm"), ("text/css; charset=utf-8", "css"),
    ("text/javascript; charset=utf-8", "js mjs cjs"),
    ("text/plain; charset=utf-8", "txt text log conf ini"),
    ("text/markdown; charset=utf-8", "md markdown"), ("text/csv; charset=utf-8", "csv"),
    ("text/tab-separated-values; charset=utf-8", "tsv"), ("text/calendar; charset=utf-8", "ics"),
    ("text/vcard; charset=utf-8", "vcf"), ("text/vtt; charset=utf-8", "vtt"),
    ("image/png", "png"), ("image/apng", "apng"), ("image/jpeg", "jpg jpeg jpe"),
    ("image/gif", "gif"), ("image/webp", "webp"), ("image/avif", "avif"),
    ("image/svg+xml", "svg"), ("image/vnd.microsoft.icon", "ico"), ("image/bmp", "bmp"),
    ("image/tiff", "tif tiff"), ("image/heic", "heic"), ("image/heif", "heif"),
    ("image/jxl", "jxl"), ("image/jp2", "jp2"),
    ("font/woff2", "woff2"), ("font/woff", "woff"), ("font/ttf", "ttf"), ("font/otf", "otf"),
    ("font/collection", "ttc"), ("application/vnd.ms-fontobject", "eot"),
    ("audio/mpeg", "mp3"), ("audio/mp4", "m4a"), ("audio/ogg", "ogg oga opus spx"),
    ("audio/flac", "flac"), ("audio/wav", "wav"), ("audio/aac", "aac"), ("audio/webm", "weba"),
    ("audio/midi", "mid midi"),
    ("video/mp4", "mp4 m4v"), ("video/webm", "webm"), ("video/ogg", "ogv"),
    ("video/quicktime", "mov qt"), ("video/mpeg", "mpg mpeg"), ("video/matroska", "mkv"),
    ("video/x-msvideo", "avi"), ("video/3gpp", "3gp"), ("video/mp2t", "ts m2ts"),
    ("application/vnd.apple.mpegurl", "m3u8"), ("application/dash+xml", "mpd"),
    ("application/pdf", "pdf"), ("application/epub+zip", "epub"), ("application/rtf", "rtf"),
    ("application/postscript", "ps eps ai"), ("application/msword", "doc"),
    ("application/vnd.ms-excel", "xls"), ("application/vnd.ms-powerpoint", "ppt"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("application/vnd.oasis.opendocument.presentation", "odp"),
    ("application/vnd.oasis.opendocument.graphics", "odg"),
    ("application/json", "json map"), ("application/wasm", "wasm"),
    ("application/manifest+json", "webmanifest"), ("application/xml", "xml xsl xsd"),
    ("application/xhtml+xml", "xhtml xht"), ("application/rss+xml", "rss"),
    ("application/atom+xml", "atom"), ("application/rdf+xml", "rdf"),
    ("application/xslt+xml", "xslt"), ("application/xml-dtd", "dtd"),
    ("application/mathml+xml", "mathml"), ("application/ld+json", "jsonld"),
    ("application/geo+json", "geojson"), ("application/gpx+xml", "gpx"),
    ("application/vnd.google-earth.kml+xml", "kml"), ("application/vnd.google-earth.kmz", "kmz"),
    ("application/yaml", "yaml yml"), ("application/toml", "toml"), ("application/sql", "sql"),
    ("application/zip", "zip"), ("application/gzip", "gz tgz"), ("application/x-tar", "tar"),
    ("application/x-bzip2", "bz2"), ("application/x-xz", "xz"), ("application/zstd", "zst"),
    ("application/x-7z-compressed", "7z"), ("application/vnd.rar", "rar"),
    ("application/java-archive", "jar"), ("application/vnd.android.package-archive", "apk"),
    ("application/x-bittorrent", "torrent"),
    ("model/gltf+json", "gltf"), ("model/gltf-binary", "glb"), ("model/stl", "stl"),
    ("model/obj", "obj"), ("model/3mf", "3mf"), ("model/vnd.usdz+zip", "usdz"),
    ("application/octet-stream", "bin exe iso dmg deb htmlx tml h jsx webmanifests x"),
  ]

  private func type(_ name: String) -> String {
    text([UInt8](ContentType.of(fileExtension: bytes(name)[...])))
  }

  @Test func everyType() {
    for (type, names) in Self.list {
      for name in names.split(separator: " ").map(String.init) {
        #expect(self.type(name) == type, "\(name)")
        #expect(self.type(name.uppercased()) == type, "\(name)")
      }
    }
    #expect(type("") == "application/octet-stream")
    #expect(type(String(repeating: "a", count: 255)) == "application/octet-stream")
  }

  /// Browsers guess the charset of text without one. JSON and fonts have none (RFC 8259, RFC 8081).
  @Test func charsets() {
    for (type, _) in Self.list {
      #expect(type.hasSuffix("; charset=utf-8") == type.hasPrefix("text/"), "\(type)")
    }
  }
}

/// How long caches may keep a file, by its name.
@Suite struct FreshnessTests {
  private func cacheControl(_ freshness: Freshness, _ path: String) throws -> String {
    let connection = TestConnection()
    connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    let head = try #require(connection.next())
    var lookup = SiteLookup(
      head, try RequestPath(decoding: bytes(path).span), SiteRules(freshness: freshness))
    lookup.record(
      .file(SiteFile(path: bytes(path), size: 0, modified: 1, modifiedNanoseconds: 0)))
    guard case .send(let plan, _) = lookup.nextStep() else { return "" }
    connection.machine.respond(plan.head, now: .start)
    let lines = connection.flush().split(separator: "\r\n").filter {
      $0.hasPrefix("Cache-Control: ")
    }
    #expect(lines.count == 1)
    return String(try #require(lines.first).dropFirst(15))
  }

  /// Names that bundlers write count as hashed.
  static let hashed = [
    "/app.3f9a1c2b.js", "/assets/index-BfX3aT9k.js", "/assets/index-D4Xq-9Zs.css",
    "/a/main.5d41402abc4b2a76b9719d911017c592.css", "/style-0cc175b9c0f1b6a8.min.css",
    "/app.3f9a1c2b.js.map", "/2.d41d8cd9.chunk.js", "/font_9e107d9d372bb682.woff2",
    "/media/8f14e45fceea167a5a36.png", "/x.E2fc714c4727ee93.svg", "/pic-Aa1Bb2Cc.webp",
    "/lib.a1B2c3D4.wasm", "/x.y.z/app-3f9a1c2b.js",
  ]

  /// Names that look similar do not.
  static let plain = [
    "/index.html", "/style.css", "/app.js", "/logo.png", "/photo-20240101.jpg", "/20240101.jpg",
    "/photo-20240101b.jpg", "/IMG_12345678.jpg", "/jquery-3.7.1.min.js", "/v1.2.3-beta.tar.gz",
    "/report-December.pdf", "/report-2024Q1v2.pdf", "/deadbeef.js", "/cafe-deadbeef.js",
    "/sku-10023b477.jpg", "/a1b2c3d4.txt", "/video-1920x1080.mp4", "/x-Photo2go.jpg",
    "/image-550e8400-e29b-41d4-a716-44a655b400c0.jpg", "/3f9a1c2b", "/3f9a1c2b/logo.png",
    "/app-3f9a1c2b", "/app.3f9a1c2", "/commit/5d41402abc4b2a76b9719d911017c592.html",
    "/page-3f9a1c2b.html", "/.", "/a-", "/-.css", "/JavaScript.pdf", "/my-JavaScri.pdf",
    "/x-MyPhoto1.jpg", "/RFC9110.txt",
  ]

  @Test(arguments: hashed) func hashedNames(_ path: String) throws {
    #expect(try cacheControl(Freshness(), path) == "max-age=31536000, immutable")
    #expect(
      try cacheControl(Freshness(.seconds(60), hashedSeconds: 86_400), path)
        == "max-age=86400, immutable")
    #expect(try cacheControl(Freshness(hashedSeconds: 0), path) == "no-cache")
    #expect(try cacheControl(Freshness(.noStore), path) == "no-store")
  }

  @Test(arguments: plain) func plainNames(_ path: String) throws {
    #expect(try cacheControl(Freshness(), path) == "no-cache")
    #expect(try cacheControl(Freshness(.seconds(0)), path) == "no-cache")
    #expect(try cacheControl(Freshness(.seconds(60)), path) == "max-age=60")
    #expect(try cacheControl(Freshness(.noStore), path) == "no-store")
  }

  /// LionsOS's rule ignores hashes in names.
  @Test func lionsOS() throws {
    for path in ["/a.html", "/a.htm", "/a.css", "/a.js", "/app.3f9a1c2b.js"] {
      #expect(try cacheControl(Freshness(.lionsOS), path) == "max-age=600", "\(path)")
    }
    for path in ["/a.png", "/a.json", "/a.txt", "/a", "/a.pdf", "/a.svg", "/x.3f9a1c2b.png"] {
      #expect(try cacheControl(Freshness(.lionsOS), path) == "max-age=31536000", "\(path)")
    }
  }
}
