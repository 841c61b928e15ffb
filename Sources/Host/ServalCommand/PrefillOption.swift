// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import SystemModel
import SystemReports

/// The option for where the files are that regions start with.
struct PrefillOption: ParsableArguments {
  @Option(
    name: .customLong("search-path"),
    help: ArgumentHelp(
      "Directory of files that regions start with, for the regions' sizes; may be repeated.",
      valueName: "directory"),
    completion: .directory)
  var searchPaths: [String] = []

  func sized(_ system: SystemDescription) -> SystemDescription {
    system.sizingPrefilledRegions(searchPaths: searchPaths)
  }
}
