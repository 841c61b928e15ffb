// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel

extension SystemDescription {
  /// Gives each region without a size the one that the Microkit tool would: the length of its
  /// prefill file or, for boot information, one byte, rounded up to whole pages. Regions whose file
  /// is not found or empty keep no size.
  ///
  /// - Parameter searchPaths: directories to look for files in, before the current one.
  public func sizingPrefilledRegions(searchPaths: [String]) -> SystemDescription {
    var sized = self
    for (index, region) in memoryRegions.enumerated() where region.size == nil {
      let page = (region.pageSize ?? .small).byteCount
      if region.prefillBootInfo != nil {
        sized.memoryRegions[index].size = page
      } else if let path = region.prefillPath {
        let length = (searchPaths.map { "\($0)/" } + [""]).lazy
          .compactMap { try? Files.length(path.hasPrefix("/") ? path : $0 + path) }.first
        guard let length, length > 0 else { continue }
        sized.memoryRegions[index].size = ByteCount(length).roundedUp(to: page)
      }
    }
    return sized
  }
}
