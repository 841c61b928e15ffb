// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Types of files by the last part of their names. LionsOS's server knows css, gif, html, jpg, js,
/// json, png, txt, pdf and svg; these are among them with the same types.
public enum ContentType {
  /// `application/octet-stream` for what is not known.
  public static func of(fileExtension: ArraySlice<UInt8>) -> StaticString {
    let name = fileExtension.span
    switch fileExtension.count {
    case 2:
      if ("js" as StaticString).equalsIgnoringCase(name) { return "application/javascript" }
      if ("md" as StaticString).equalsIgnoringCase(name) { return "text/markdown" }
      if ("gz" as StaticString).equalsIgnoringCase(name) { return "application/gzip" }
    case 3:
      if ("htm" as StaticString).equalsIgnoringCase(name) { return "text/html" }
      if ("css" as StaticString).equalsIgnoringCase(name) { return "text/css" }
      if ("png" as StaticString).equalsIgnoringCase(name) { return "image/png" }
      if ("jpg" as StaticString).equalsIgnoringCase(name) { return "image/jpeg" }
      if ("gif" as StaticString).equalsIgnoringCase(name) { return "image/gif" }
      if ("svg" as StaticString).equalsIgnoringCase(name) { return "image/svg+xml" }
      if ("ico" as StaticString).equalsIgnoringCase(name) { return "image/x-icon" }
      if ("txt" as StaticString).equalsIgnoringCase(name) { return "text/plain" }
      if ("xml" as StaticString).equalsIgnoringCase(name) { return "application/xml" }
      if ("pdf" as StaticString).equalsIgnoringCase(name) { return "application/pdf" }
      if ("zip" as StaticString).equalsIgnoringCase(name) { return "application/zip" }
      if ("mjs" as StaticString).equalsIgnoringCase(name) { return "application/javascript" }
      if ("mp3" as StaticString).equalsIgnoringCase(name) { return "audio/mpeg" }
      if ("mp4" as StaticString).equalsIgnoringCase(name) { return "video/mp4" }
      if ("ttf" as StaticString).equalsIgnoringCase(name) { return "font/ttf" }
    case 4:
      if ("html" as StaticString).equalsIgnoringCase(name) { return "text/html" }
      if ("json" as StaticString).equalsIgnoringCase(name) { return "application/json" }
      if ("jpeg" as StaticString).equalsIgnoringCase(name) { return "image/jpeg" }
      if ("webp" as StaticString).equalsIgnoringCase(name) { return "image/webp" }
      if ("avif" as StaticString).equalsIgnoringCase(name) { return "image/avif" }
      if ("wasm" as StaticString).equalsIgnoringCase(name) { return "application/wasm" }
      if ("webm" as StaticString).equalsIgnoringCase(name) { return "video/webm" }
      if ("woff" as StaticString).equalsIgnoringCase(name) { return "font/woff" }
    case 5:
      if ("xhtml" as StaticString).equalsIgnoringCase(name) { return "application/xhtml+xml" }
      if ("woff2" as StaticString).equalsIgnoringCase(name) { return "font/woff2" }
    default: break
    }
    return "application/octet-stream"
  }

  /// What changes with a site's every edition is kept for ten minutes, everything else for a year,
  /// as LionsOS's server does.
  public static func cacheControl(of type: StaticString) -> StaticString {
    let isShort =
      type.equals("text/html") || type.equals("text/css") || type.equals("application/javascript")
    return isShort ? "max-age=600" : "max-age=31536000"
  }
}
