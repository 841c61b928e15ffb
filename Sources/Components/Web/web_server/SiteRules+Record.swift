// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Microkit
import Records
import Time

extension SiteRules {
  /// What the record says about freshness and hidden files.
  init(_ config: LinkedRecord<WebServerConfig>) {
    let rule: Freshness.Rule =
      switch config[WebServerConfig.freshness] {
      case 1: .lionsOS
      case 2: .seconds(config[WebServerConfig.maximumAge])
      case 3: .noStore
      default: .revalidate
      }
    self.init(
      freshness: Freshness(rule, hashedSeconds: config[WebServerConfig.hashedMaximumAge]),
      showsDotFiles: config[WebServerConfig.showsDotFiles] != 0)
  }
}
