// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FoundationEssentials
import HostIO
import SystemModel

extension Target {
  /// What an unpacked SDK has for a board: its own files decide, also for boards that Serval does not
  /// know. Memory of an SDK without platform_gen.json, as those before 2.0, is taken from what Serval
  /// knows of the board.
  ///
  /// - Parameter configuration: "debug", "smp-release"; nil for the first of debug, release and
  ///   benchmark that is there, and the target has no configuration then.
  /// - Throws: `TargetError`, which names the file or directory.
  public static func inSDK(
    at path: String, version: SDKVersion, board: String, configuration: String? = nil
  ) throws(TargetError) -> Target {
    let folder = try SDKFolder(sdk: path, board: board, configuration: configuration)
    let config = try KernelConfig(folder)
    let known = SDKBoard.all.first { $0.name == board }
    return Target(
      board: board, configuration: configuration, architecture: config.architecture,
      hasHypervisor: config.hasHypervisor, cores: config.cores,
      physicalAddressBits: config.physicalAddressBits, forwardsSMC: config.forwardsSMC,
      hasIOMMU: config.hasIOMMU,
      platform: config.architecture == .x86_64
        ? nil : try folder.platform(known: known, sdk: version))
  }

  /// The targets of one board of an unpacked SDK that differ in what the rules depend on.
  ///
  /// - Parameter configuration: nil for all that the SDK has; the targets have no configuration then.
  /// - Throws: `TargetError`, which names the file or directory.
  public static func kinds(
    ofSDKAt path: String, version: SDKVersion, board: String, _ configuration: String?
  ) throws(TargetError) -> [Target] {
    if let configuration {
      return [
        try inSDK(at: path, version: version, board: board, configuration: configuration)
      ]
    }
    var targets: [Target] = []
    // Those with the same number of cores differ in the size of the kernel's image only.
    for name in try configurations(ofSDKAt: path, board: board) {
      var target = try inSDK(at: path, version: version, board: board, configuration: name)
      target.configuration = nil
      if !targets.contains(where: { $0.cores == target.cores }) { targets.append(target) }
    }
    guard !targets.isEmpty else {
      throw .notInSDK(path: "\(path)/board/\(board)", name: "debug", known: [])
    }
    return targets.sorted { $0.cores < $1.cores }
  }

  /// The boards of an unpacked SDK, by name.
  ///
  /// - Throws: `TargetError.notAnSDK` without a directory `board`.
  public static func boards(ofSDKAt path: String) throws(TargetError) -> [String] {
    guard let names = directories(in: "\(path)/board") else { throw .notAnSDK(path: path) }
    return names
  }

  /// The kernel configurations that an unpacked SDK has for a board, by name.
  ///
  /// - Throws: `TargetError` if it has no such board.
  public static func configurations(
    ofSDKAt path: String, board: String
  ) throws(TargetError) -> [String] {
    let boards = try boards(ofSDKAt: path)
    guard boards.contains(board) else {
      throw .notInSDK(path: "\(path)/board", name: board, known: boards)
    }
    // SDKs before 2.0 keep examples beside the configurations.
    return (directories(in: "\(path)/board/\(board)") ?? []).filter { $0 != "example" }
  }
}

/// An unpacked SDK's files for a board and a configuration.
struct SDKFolder {
  /// `<sdk>/board/<board>/<configuration>`.
  var path: String

  init(sdk: String, board: String, configuration: String?) throws(TargetError) {
    let names = try Target.configurations(ofSDKAt: sdk, board: board)
    let wanted = configuration.map { [$0] } ?? ["debug", "release", "benchmark"]
    guard let name = wanted.first(where: names.contains) else {
      throw .notInSDK(path: "\(sdk)/board/\(board)", name: wanted[0], known: names)
    }
    path = "\(sdk)/board/\(board)/\(name)"
  }

  func exists(_ name: String) -> Bool { Files.exists("\(path)/\(name)") }

  /// The first of these files that exists.
  func read(_ names: [String]) throws(TargetError) -> (path: String, bytes: [UInt8]) {
    let paths = names.map { "\(path)/\($0)" }
    guard let found = paths.first(where: Files.exists) else { throw .noFile(paths: paths) }
    do throws(FileError) {
      return (found, try Files.read(found, limit: 64 << 20))
    } catch {
      throw .unreadable(error)
    }
  }

  /// Decodes the first of these files that exists.
  func decode<Value: Decodable>(
    _ type: Value.Type, from names: [String]
  ) throws(TargetError) -> (path: String, value: Value) {
    let file = try read(names)
    do {
      return (file.path, try JSONDecoder().decode(type, from: Data(file.bytes)))
    } catch {
      throw .badJSON(path: file.path, detail: Self.text(error))
    }
  }

  /// One line that names the member, as far as the decoder tells it.
  private static func text(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let names = context.codingPath.map(\.stringValue)
      return names.isEmpty ? "" : " in \(names.joined(separator: "."))"
    }
    return switch error as? DecodingError {
    case .keyNotFound(let key, let context): "no member '\(key.stringValue)'\(place(context))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "an unexpected type of value\(place(context))"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      "an unexpected value\(place(context))"
    default: "not a JSON object"
    }
  }
}

/// Names of the directories in a directory, sorted; nil if it cannot be read.
private func directories(in path: String) -> [String]? {
  guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return nil }
  return names.filter { Files.isDirectory("\(path)/\($0)") }.sorted()
}
