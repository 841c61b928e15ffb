// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What can be wrong when a board or one of its devices is asked for.
public enum BoardError: Error, Hashable, Sendable {
  case noSuchBoard(String, known: [String])
  case noDevice(DeviceRole, board: String, file: String, compatible: [String])
  case disabledDevice(DeviceRole, file: String, path: String)
  case ambiguousDevice(DeviceRole, board: String, file: String, paths: [String])
}
