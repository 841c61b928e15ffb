// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// The Microkit SDKs available to tests: the one at MICROKIT_SDK, and each `microkit-sdk-*` in the directory
/// MICROKIT_SDKS. Tests that need one are skipped if there is none.
public enum InstalledSDKs {
  /// Paths of the SDKs, sorted and each once.
  public static let paths: [String] = {
    var paths: Set<String> = []
    if let path = getenv("MICROKIT_SDK").map({ String(cString: $0) }), !path.isEmpty {
      paths.insert(path)
    }
    if let parent = getenv("MICROKIT_SDKS").map({ String(cString: $0) }),
      let stream = opendir(parent)
    {
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let path = "\(parent)/\(name)"
        if name.hasPrefix("microkit-sdk-"), access("\(path)/bin/microkit", X_OK) == 0 {
          paths.insert(path)
        }
      }
    }
    return paths.sorted()
  }()
}
