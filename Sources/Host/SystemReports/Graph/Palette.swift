// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// The graph's colours: pale fills under dark text, with borders of the same hue. They differ in
/// lightness as well as hue, so that black-and-white prints stay readable.
enum Palette {
  struct Colours {
    var fill: String
    var line: String
  }

  static let text = "#1f2933"
  static let faint = "#5f6b7a"
  static let channel = "#334155"
  static let call = "#6d28d9"
  static let interrupt = "#c2410c"
  static let right = "#b91c1c"
  static let memoryEdge = "#94a3b8"
  static let font = "Helvetica,Arial,sans-serif"

  static let hardware = Colours(fill: "#e7e2da", line: "#786d5f")
  static let memory = Colours(fill: "#f8fafc", line: "#94a3b8")
  static let guest = Colours(fill: "#d5f0ee", line: "#0f766e")
  static let dma = Colours(fill: "#fde8ec", line: "#be5068")

  static func colours(of role: Role) -> Colours {
    switch role {
    case .driver: Colours(fill: "#fde3cf", line: "#c2641a")
    case .virtualiser: Colours(fill: "#d8e6fb", line: "#3267b1")
    case .copier: Colours(fill: "#daf1df", line: "#2f8048")
    case .server: Colours(fill: "#ebdff7", line: "#7546a6")
    case .client: Colours(fill: "#fff3c4", line: "#a17c00")
    }
  }
}
