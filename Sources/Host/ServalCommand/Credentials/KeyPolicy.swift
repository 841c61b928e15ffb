// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import ELFImage
import HostIO
import Records
import SystemModel

/// Looks at who could learn the private keys in a system's images: only the domain that has them may, and it shares no memory.
///
/// These are warnings: the Microkit tool takes such a system.
struct KeyPolicy {
  var searchPaths: [String]

  func findings(_ system: SystemDescription) -> [Finding] {
    let images = system.allProtectionDomains.compactMap { domain -> DomainImage? in
      let candidates = searchPaths.map { "\($0)/\(domain.image.path)" } + [domain.image.path]
      guard let path = candidates.first(where: { Files.exists($0) && !Files.isDirectory($0) }),
        let bytes = try? Files.read(path)
      else { return nil }
      return DomainImage(domain: domain, path: path, bytes: bytes)
    }
    let topology = Topology(system)
    return images.flatMap { image -> [Finding] in
      let keys = PrivateKeys(in: image)
      if keys.isEmpty { return [] }
      return memory(of: image.domain, topology)
        + copies(
          of: keys, holder: image.domain, in: images.filter { $0.domain.name != image.domain.name })
        + mode(of: image)
    }
  }

  /// Every region of the holder's is its own, and of ordinary memory.
  private func memory(of holder: ProtectionDomain, _ topology: Topology) -> [Finding] {
    var seen: Set<String> = []
    return holder.maps.filter { seen.insert($0.region).inserted }.compactMap { map in
      let others = topology.sharers(of: map.region).filter { $0 != holder.name }
      let region = topology.system.memoryRegions.first { $0.name == map.region }
      let what: String
      if let other = others.first {
        what = "is mapped by '\(other)', too"
      } else if topology.regionsInIOAddressSpaces.contains(map.region)
        || region?.physicalAddress != nil || topology.regionsWithAddressSymbol.contains(map.region)
      {
        what = "has a physical address that devices may know"
      } else {
        return nil
      }
      return finding(
        map.origin.location.map(Place.source) ?? .entity("memory region '\(map.region)'"),
        "'\(holder.name)' has private keys, and its memory region '\(map.region)' \(what)",
        fix: "give it memory of its own, and let others call it")
    }
  }

  private func copies(
    of keys: PrivateKeys, holder: ProtectionDomain, in images: [DomainImage]
  ) -> [Finding] {
    images.filter { image in keys.parts.contains { Bytes.contain(image.bytes, $0) } }.map {
      finding(
        .file($0.path),
        "a private key of '\(holder.name)' is also in the image of '\($0.domain.name)'",
        fix: "generate the system again; a key that others have had is to be replaced")
    }
  }

  private func mode(of image: DomainImage) -> [Finding] {
    if Files.isPrivate(image.path) { return [] }
    return [
      finding(
        .file(image.path), "it contains private keys, and others than its owner may use it",
        fix: "chmod 600 it")
    ]
  }

  private func finding(_ place: Place, _ message: String, fix: String) -> Finding {
    Finding(rule: "private-key", severity: .warning, at: place, message, fix: fix)
  }
}

struct DomainImage {
  var domain: ProtectionDomain
  var path: String
  var bytes: [UInt8]
}

/// The private keys in an image's `SignerConfig`.
struct PrivateKeys {
  /// For each key, bytes that only its holder knows.
  private(set) var parts: [[UInt8]] = []
  /// Whether there is none.
  var isEmpty: Bool { parts.isEmpty }

  init(in image: DomainImage) {
    guard let elf = try? ELFImage(image.bytes, name: image.path),
      let section = elf.sections.first(where: { $0.name == "\(SignerConfig.section)" }),
      let contents = elf.contents(of: section),
      let record = RecordView<SignerConfig, [UInt8]>(Array(contents))
    else { return }
    for index in 0..<min(Int(record[SignerConfig.keyCount]), SignerConfig.keys.capacity) {
      let place = SignerConfig.keys[index]
      let start = Int(record[place / SignerKey.start])
      let count = Int(record[place / SignerKey.keyByteCount])
      guard count > 0, start + count <= SignerConfig.data.capacity else { continue }
      let first = SignerConfig.data.offset + start
      parts += Self.secrets(in: Array(Array(contents)[first..<first + count]))
    }
  }

  /// The whole key, and its private number alone: RFC 5915 has it in front of the public key, and RFC 8017 private ones at the end.
  private static func secrets(in der: [UInt8]) -> [[UInt8]] {
    let scalar: [UInt8] = [0x02, 0x01, 0x01, 0x04, 0x20]
    let end = der.indices.first { der[$0...].starts(with: scalar) }.map { $0 + scalar.count }
    if let end, end + 32 <= der.count { return [der, Array(der[end..<end + 32])] }
    return [der, Array(der.suffix(64))]
  }
}
