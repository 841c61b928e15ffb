// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A body as a client sends it, and what it means.
struct GoldenBody {
  var client: String
  var type: String
  var body: [UInt8]
  var reports: [Report]

  init(_ client: String, _ boundary: String, _ body: String, _ reports: [Report]) {
    self.client = client
    type = "multipart/form-data; boundary=\(boundary)"
    self.body = Array(body.utf8)
    self.reports = reports + [.finished]
  }

  var boundary: String { String(type.drop { $0 != "=" }.dropFirst()) }

  static let all = [curl, curlNames, curlEscapes, chromium, chromiumEmpty, firefox, postman, plain]

  /// `curl -F "title=x y" -F file=@a.txt -F empty=`, 7.88.
  static let curl = GoldenBody(
    "curl", "------------------------c96f75e94f964ceb",
    """
    --------------------------c96f75e94f964ceb\r
    Content-Disposition: form-data; name="title"\r
    \r
    x y\r
    --------------------------c96f75e94f964ceb\r
    Content-Disposition: form-data; name="file"; filename="a.txt"\r
    Content-Type: text/plain\r
    \r
    hello
    \r
    --------------------------c96f75e94f964ceb\r
    Content-Disposition: form-data; name="empty"\r
    \r
    \r
    --------------------------c96f75e94f964ceb--\r

    """,
    [
      part("title"), data("x y"), .ended, part("file", filename: "a.txt", type: "text/plain"),
      data("hello\n"), .ended, part("empty"), .ended,
    ])

  /// `curl -F 'f=@"q\"u.txt"' -F 'g=@naïve €.txt' -F 'h=@empty.bin;type=image/png' -F 'e=@"b\\s.txt"'`, 7.88.
  static let curlNames = GoldenBody(
    "curl, names", "------------------------c2be21c04c084ecb",
    #"""
    --------------------------c2be21c04c084ecb\#r
    Content-Disposition: form-data; name="f"; filename="q%22u.txt"\#r
    Content-Type: text/plain\#r
    \#r
    quoted\#r
    --------------------------c2be21c04c084ecb\#r
    Content-Disposition: form-data; name="g"; filename="naïve €.txt"\#r
    Content-Type: text/plain\#r
    \#r
    n\#r
    --------------------------c2be21c04c084ecb\#r
    Content-Disposition: form-data; name="h"; filename="empty.bin"\#r
    Content-Type: image/png\#r
    \#r
    \#r
    --------------------------c2be21c04c084ecb\#r
    Content-Disposition: form-data; name="e"; filename="b\s.txt"\#r
    Content-Type: text/plain\#r
    \#r
    bs\#r
    --------------------------c2be21c04c084ecb--\#r

    """#,
    [
      part("f", filename: "q\"u.txt", type: "text/plain"), data("quoted"), .ended,
      part("g", filename: "naïve €.txt", type: "text/plain"), data("n"), .ended,
      part("h", filename: "empty.bin", type: "image/png"), .ended,
      part("e", filename: "b\\s.txt", type: "text/plain"), data("bs"), .ended,
    ])

  /// The same with `--form-escape`.
  static let curlEscapes = GoldenBody(
    "curl --form-escape", "------------------------e6bfd2865c35881c",
    #"""
    --------------------------e6bfd2865c35881c\#r
    Content-Disposition: form-data; name="f"; filename="q\"u.txt"\#r
    Content-Type: text/plain\#r
    \#r
    quoted\#r
    --------------------------e6bfd2865c35881c\#r
    Content-Disposition: form-data; name="e"; filename="b\\s.txt"\#r
    Content-Type: text/plain\#r
    \#r
    bs\#r
    --------------------------e6bfd2865c35881c--\#r

    """#,
    [
      part("f", filename: "q\"u.txt", type: "text/plain"), data("quoted"), .ended,
      part("e", filename: "b\\s.txt", type: "text/plain"), data("bs"), .ended,
    ])

  /// Chromium 156: fields with quotes and lines, two files, and a file field for which no file was chosen.
  static let chromium = GoldenBody(
    "Chromium", "----WebKitFormBoundaryZ5vpdSJKFOek9W9V",
    #"""
    ------WebKitFormBoundaryZ5vpdSJKFOek9W9V\#r
    Content-Disposition: form-data; name="title"\#r
    \#r
    x y\#r
    ------WebKitFormBoundaryZ5vpdSJKFOek9W9V\#r
    Content-Disposition: form-data; name="li%22ne%0D%0As"\#r
    \#r
    a\#r
    b\#r
    ------WebKitFormBoundaryZ5vpdSJKFOek9W9V\#r
    Content-Disposition: form-data; name="files[]"; filename="a.txt"\#r
    Content-Type: text/plain\#r
    \#r
    hello
    \#r
    ------WebKitFormBoundaryZ5vpdSJKFOek9W9V\#r
    Content-Disposition: form-data; name="files[]"; filename="q%22u%0D%0A naïve €\.bin"\#r
    Content-Type: application/octet-stream\#r
    \#r
    \#u{0}\#r
    --\#u{7f}\#r
    ------WebKitFormBoundaryZ5vpdSJKFOek9W9V\#r
    Content-Disposition: form-data; name="none"; filename=""\#r
    Content-Type: application/octet-stream\#r
    \#r
    \#r
    ------WebKitFormBoundaryZ5vpdSJKFOek9W9V--\#r

    """#,
    [
      part("title"), data("x y"), .ended, part("li\"ne\r\ns"), data("a\r\nb"), .ended,
      part("files[]", filename: "a.txt", type: "text/plain"), data("hello\n"), .ended,
      part("files[]", filename: "q\"u\r\n naïve €\\.bin", type: "application/octet-stream"),
      data("\0\r\n--\u{7f}"), .ended,
      part("none", filename: "", type: "application/octet-stream"), .ended,
    ])

  /// Chromium, a form without fields.
  static let chromiumEmpty = GoldenBody(
    "Chromium, empty", "----WebKitFormBoundaryOpAhgK88y9rmOx2k",
    "------WebKitFormBoundaryOpAhgK88y9rmOx2k--\r\n", [])

  static let firefox = GoldenBody(
    "Firefox", "----geckoformboundary4a7acee3709293e183ef2932a147a331",
    """
    ------geckoformboundary4a7acee3709293e183ef2932a147a331\r
    Content-Disposition: form-data; name="comment"\r
    \r
    \r
    \r
    --geckoformboundary\r
    \r
    ------geckoformboundary4a7acee3709293e183ef2932a147a331\r
    Content-Disposition: form-data; name="file"; filename="50%.txt"\r
    Content-Type: text/plain\r
    \r
    ------geckoformboundary4a7acee3709293e183ef2932a147a33\r
    ------geckoformboundary4a7acee3709293e183ef2932a147a331--\r

    """,
    [
      part("comment"), data("\r\n\r\n--geckoformboundary\r\n"), .ended,
      part("file", filename: "50%.txt", type: "text/plain"),
      data("------geckoformboundary4a7acee3709293e183ef2932a147a33"), .ended,
    ])

  /// Postman, whose `filename*` RFC 7578 section 4.2 forbids.
  static let postman = GoldenBody(
    "Postman", "--------------------------242833827886202201130663",
    """
    ----------------------------242833827886202201130663\r
    Content-Disposition: form-data; name="files"; filename="新.txt"; filename*=UTF-8''%E6%96%B0.txt\r
    Content-Type: text/plain\r
    \r
    \r
    ----------------------------242833827886202201130663--\r

    """, [part("files", filename: "新.txt", type: "text/plain"), .ended])

  /// A preamble, padding, no quotes, headers in lower case, and no line end at the end, as programs send them.
  static let plain = GoldenBody(
    "plain", "*****",
    """
    \r
    This is a preamble.\r
    --****\r
    --***** \t\r
    content-disposition:form-data;name=a;filename=b;\r
    x-other: 1\r
    content-transfer-encoding: binary\r
    \r
    --*****-\r
    --*****x\r
    --*****--
    """, [part("a", filename: "b"), data("--*****-\r\n--*****x"), .ended])
}
