// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import NetworkWiring
import Records

/// Takes the place of `nfs` or `web_server`. Once the others have their addresses it repeats one action forever, as fast
/// as it can. The action's name is in the record where those programs have the export's path or the site's directory; see
/// Tests/Network/floods.py.
@main enum Main {
  static func main() {
    if ProgramName.byte(0) == UInt8(ascii: "n") {
      let config = NFSConfig.linked()
      let name = Name(config.length(of: NFSConfig.exportPath)) {
        config.byte($0, of: NFSConfig.exportPath)
      }
      start(Flood(name), FileSystemServerConfig.linked()[FileSystemServerConfig.client])
    } else {
      let config = WebServerConfig.linked()
      let name = Name(config.length(of: WebServerConfig.root)) {
        config.byte($0, of: WebServerConfig.root)
      }
      start(Flood(name), FileSystemClientConfig.linked()[FileSystemClientConfig.server])
    }
  }

  private static func start(_ flood: Flood?, _ files: FileSystemConnection) -> Never {
    guard let flood else { fatal("there is no such flood") }
    run(Flooder(flood, files))
  }
}

/// A short text of a record.
struct Name {
  private var bytes = InlineArray<16, UInt8>(repeating: 0)

  init(_ count: Int, _ byte: (Int) -> UInt8) {
    for index in 0..<min(count, 16) { bytes[index] = byte(index) }
  }

  static func == (name: Name, text: StaticString) -> Bool {
    for index in 0..<16 {
      let expected = index < text.utf8CodeUnitCount ? text.byte(index) : 0
      if name.bytes[index] != expected { return false }
    }
    return true
  }
}

enum Flood {
  /// Computes without waiting.
  case spin
  /// Signals every peer.
  case rings
  /// Invalid descriptors: a full queue each time, whether or not the last one was consumed.
  case descriptors
  /// Frames of 60 bytes to an unused address, from all buffers.
  case frames
  /// Console text, as much as the queue holds.
  case console
  /// Timeouts that have passed when they are set.
  case alarms
  /// Meaningless messages of the file protocol.
  case files
  /// Requests for random numbers.
  case entropy

  init?(_ name: Name) {
    if name == "spin" {
      self = .spin
    } else if name == "rings" {
      self = .rings
    } else if name == "descriptors" {
      self = .descriptors
    } else if name == "frames" {
      self = .frames
    } else if name == "console" {
      self = .console
    } else if name == "alarms" {
      self = .alarms
    } else if name == "files" {
      self = .files
    } else if name == "entropy" {
      self = .entropy
    } else {
      return nil
    }
  }
}
