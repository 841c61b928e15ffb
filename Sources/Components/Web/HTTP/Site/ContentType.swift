// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Media types of files by their extensions: those registered with IANA, or else those that browsers
/// and other servers use. Text is UTF-8. JSON and XML have no charset: JSON is always UTF-8 (RFC 8259
/// section 11), and XML declares its own.
///
/// `ContentTypeTests` repeats the list.
public enum ContentType {
  /// The type of files with this extension, in any case; `application/octet-stream` if it is unknown.
  public static func of(fileExtension: ArraySlice<UInt8>) -> StaticString {
    let name = FileExtension(bytes: fileExtension)
    guard !fileExtension.isEmpty, fileExtension.count <= FileExtension.longest else {
      return unknown
    }
    return text(name) ?? picture(name) ?? sound(name) ?? film(name) ?? document(name)
      ?? data(name) ?? archive(name) ?? shape(name) ?? unknown
  }

  static var unknown: StaticString { "application/octet-stream" }
  static var html: StaticString { "text/html; charset=utf-8" }
  static var css: StaticString { "text/css; charset=utf-8" }
  /// RFC 9239.
  static var javaScript: StaticString { "text/javascript; charset=utf-8" }
  static var plain: StaticString { "text/plain; charset=utf-8" }

  private static func text(_ name: FileExtension) -> StaticString? {
    switch name {
    case "html", "htm": html
    case "css": css
    case "js", "mjs", "cjs": javaScript
    case "txt", "text", "log", "conf", "ini": plain
    case "md", "markdown": "text/markdown; charset=utf-8"
    case "csv": "text/csv; charset=utf-8"
    case "tsv": "text/tab-separated-values; charset=utf-8"
    case "ics": "text/calendar; charset=utf-8"
    case "vcf": "text/vcard; charset=utf-8"
    case "vtt": "text/vtt; charset=utf-8"
    default: nil
    }
  }

  private static func picture(_ name: FileExtension) -> StaticString? {
    switch name {
    case "png": "image/png"
    case "jpg", "jpeg", "jpe": "image/jpeg"
    case "svg": "image/svg+xml"
    case "webp": "image/webp"
    case "gif": "image/gif"
    case "avif": "image/avif"
    case "ico": "image/vnd.microsoft.icon"
    case "apng": "image/apng"
    case "bmp": "image/bmp"
    case "tif", "tiff": "image/tiff"
    case "heic": "image/heic"
    case "heif": "image/heif"
    case "jxl": "image/jxl"
    case "jp2": "image/jp2"
    case "woff2": "font/woff2"
    case "woff": "font/woff"
    case "ttf": "font/ttf"
    case "otf": "font/otf"
    case "ttc": "font/collection"
    case "eot": "application/vnd.ms-fontobject"
    default: nil
    }
  }

  private static func sound(_ name: FileExtension) -> StaticString? {
    switch name {
    case "mp3": "audio/mpeg"
    case "m4a": "audio/mp4"
    case "ogg", "oga", "opus", "spx": "audio/ogg"
    case "flac": "audio/flac"
    case "wav": "audio/wav"
    case "aac": "audio/aac"
    case "weba": "audio/webm"
    case "mid", "midi": "audio/midi"
    default: nil
    }
  }

  private static func film(_ name: FileExtension) -> StaticString? {
    switch name {
    case "mp4", "m4v": "video/mp4"
    case "webm": "video/webm"
    case "ogv": "video/ogg"
    case "mov", "qt": "video/quicktime"
    case "mpg", "mpeg": "video/mpeg"
    case "mkv": "video/matroska"
    case "avi": "video/x-msvideo"
    case "3gp": "video/3gpp"
    case "ts", "m2ts": "video/mp2t"
    case "m3u8": "application/vnd.apple.mpegurl"
    case "mpd": "application/dash+xml"
    default: nil
    }
  }

  private static func document(_ name: FileExtension) -> StaticString? {
    switch name {
    case "pdf": "application/pdf"
    case "epub": "application/epub+zip"
    case "rtf": "application/rtf"
    case "ps", "eps", "ai": "application/postscript"
    case "doc": "application/msword"
    case "xls": "application/vnd.ms-excel"
    case "ppt": "application/vnd.ms-powerpoint"
    case "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    case "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    case "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    case "odt": "application/vnd.oasis.opendocument.text"
    case "ods": "application/vnd.oasis.opendocument.spreadsheet"
    case "odp": "application/vnd.oasis.opendocument.presentation"
    case "odg": "application/vnd.oasis.opendocument.graphics"
    default: nil
    }
  }

  private static func data(_ name: FileExtension) -> StaticString? {
    switch name {
    case "json", "map": "application/json"
    case "wasm": "application/wasm"
    case "webmanifest": "application/manifest+json"
    case "xml", "xsl", "xsd": "application/xml"
    case "xhtml", "xht": "application/xhtml+xml"
    case "rss": "application/rss+xml"
    case "atom": "application/atom+xml"
    case "rdf": "application/rdf+xml"
    case "xslt": "application/xslt+xml"
    case "dtd": "application/xml-dtd"
    case "mathml": "application/mathml+xml"
    case "jsonld": "application/ld+json"
    case "geojson": "application/geo+json"
    case "gpx": "application/gpx+xml"
    case "kml": "application/vnd.google-earth.kml+xml"
    case "kmz": "application/vnd.google-earth.kmz"
    case "yaml", "yml": "application/yaml"
    case "toml": "application/toml"
    case "sql": "application/sql"
    default: nil
    }
  }

  private static func archive(_ name: FileExtension) -> StaticString? {
    switch name {
    case "zip": "application/zip"
    case "gz", "tgz": "application/gzip"
    case "tar": "application/x-tar"
    case "bz2": "application/x-bzip2"
    case "xz": "application/x-xz"
    case "zst": "application/zstd"
    case "7z": "application/x-7z-compressed"
    case "rar": "application/vnd.rar"
    case "jar": "application/java-archive"
    case "apk": "application/vnd.android.package-archive"
    case "torrent": "application/x-bittorrent"
    default: nil
    }
  }

  private static func shape(_ name: FileExtension) -> StaticString? {
    switch name {
    case "gltf": "model/gltf+json"
    case "glb": "model/gltf-binary"
    case "stl": "model/stl"
    case "obj": "model/obj"
    case "3mf": "model/3mf"
    case "usdz": "model/vnd.usdz+zip"
    default: nil
    }
  }
}

/// A file's extension, compared without regard to case.
private struct FileExtension {
  let bytes: ArraySlice<UInt8>

  /// Bytes of the longest known extension, `webmanifest`.
  static var longest: Int { 11 }

  static func ~= (pattern: StaticString, name: FileExtension) -> Bool {
    pattern.equalsIgnoringCase(name.bytes.span)
  }
}
