// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Names that a package and its module cannot have, in lower case and with '_' for '-'.
enum ReservedNames {
  static func contains(_ module: String) -> Bool {
    let module = module.lowercased()
    return keywords.contains(module) || toolchain.contains(module) || serval.contains(module)
  }

  /// Swift's keywords, after which no module can be named.
  static let keywords: Set<String> = [
    "any", "as", "associatedtype", "await", "break", "case", "catch", "class", "continue",
    "default", "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false",
    "fileprivate", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is",
    "let", "nil", "operator", "precedencegroup", "private", "protocol", "public", "repeat",
    "rethrows", "return", "self", "static", "struct", "subscript", "super", "switch", "throw",
    "throws", "true", "try", "typealias", "var", "where", "while",
  ]

  /// Modules of the toolchain and of packages that Serval depends on.
  static let toolchain: Set<String> = [
    "argumentparser", "argumentparsertoolinfo", "builtin", "ccryptoboringssl",
    "ccryptoboringsslshims", "cryptoboringwrapper", "cxkcp", "cxkcpshims", "cxx",
    "dispatch", "distributed",
    "foundation", "glibc", "main", "musl", "observation", "packagedescription", "packageplugin",
    "regexbuilder", "swift", "synchronization", "testing", "xctest",
  ]

  /// Serval's modules, programs and products.
  static let serval: Set<String> = [
    "addresses", "archiver", "archiverrecord", "argumentparser", "armgenerictimer", "boards",
    "bytes", "cchecksum", "ccontenthash", "ccountertimer", "ccryptography", "certificates",
    "cexpat", "clibfdt", "cmemory", "cmicrokit", "crypto", "cryptography", "cslirp", "cstatx",
    "cunicorn", "czlib", "deflate", "designwaremac", "devicetree", "diagnostics", "dma", "echo",
    "elfimage", "embed_files", "embeddedfiles", "embedfiles", "emulator", "entropy_driver_meson",
    "entropy_driver_virtio", "entropycomponents", "entropyprotocol", "entropywiring",
    "ethernet_driver_meson", "ethernet_driver_virtio", "fileembedding", "fileswiring", "filesystem",
    "formarchive", "heap", "heartbeat", "hello", "hello_child", "helloprotocol", "hostio",
    "hostsockets", "http", "idle", "indexsets", "json", "mesonentropy", "mesontimer", "mesonuart",
    "microkit", "microkitplugin", "multipart", "net_copier", "net_virt_rx", "net_virt_tx",
    "networkcomponents", "networking", "networkstack", "networkwiring", "newpackages", "nfs",
    "nfsexport", "nfsfileserver", "oncrpc", "pl011", "programheap", "protectiondomains",
    "randomness", "records", "registers", "rings", "serial_driver_meson", "serial_driver_pl011",
    "serial_virt_rx", "serial_virt_tx", "serialcomponents", "serialwiring", "serval",
    "serval_certificates", "serval_emulator", "servalcommand", "servalplugin", "serving",
    "sessions", "signer", "signerwiring", "signing", "staticsite", "streams", "subsystems",
    "supervision", "supervisor", "systemchecks", "systemconversion", "systemmodel", "systemreports",
    "systems", "systemxml", "targets", "tcpstreams", "time", "timer_driver_arm",
    "timer_driver_meson", "timercomponents", "timerwiring", "tls", "tlswiring", "traps",
    "uploadservice", "virtioentropy", "virtionet", "virtiotransport", "web", "web_server",
    "webserving", "websocket", "webtesting", "wire", "wiring", "xdr", "zip",
  ]
}
