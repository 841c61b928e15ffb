// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Emulator
import Glibc
import HostIO
import SystemModel
import TestSupport
import Testing

/// `serval run` as a process: exit statuses, the terminal, ctrl-C.
@Suite struct ProcessTests {
  /// The repository's directory, with a slash at the end.
  private static let root = String(
    #filePath.dropLast("Tests/EmulatorTests/ProcessTests.swift".count))
  private static let serval = root + ".build/debug/serval"

  private static let isBuilt = Files.exists(serval) && Files.exists("\(serval)-emulator")

  private func with(_ program: String, _ body: (String) throws -> Void) throws {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    try Files.replace(
      "\(directory)/p.elf", with: TestSystem.compile(program, sdk: .v2_3_0))
    let system = """
      <system><protection_domain name="p"><program_image path="p.elf"/></protection_domain></system>
      """
    try Files.replace("\(directory)/test.system", with: Array(system.utf8))
    try body(directory)
  }

  @Test(.enabled(if: isBuilt)) func runsToTheEnd() throws {
    try with(#"void init(void) { say("hello"); } void notified(word c) {}"#) { directory in
      let result = try Subprocess.run([
        Self.serval, "run", "\(directory)/test.system", "--sdk", "2.3.0", "--stats", "--trace",
        "\(directory)/trace.json",
      ])
      #expect(result.status == 0)
      #expect(String(decoding: result.output, as: UTF8.self) == "p: hello\n")
      #expect(result.errors.contains("virtual time: 0.0000"))
      #expect(Files.exists("\(directory)/trace.json"))
    }
  }

  @Test(.enabled(if: isBuilt)) func refusesWhatCheckRejects() throws {
    try with("void init(void) {} void notified(word c) {}") { directory in
      let system = """
        <system><protection_domain name="p"><program_image path="none.elf"/>
        </protection_domain></system>
        """
      try Files.replace("\(directory)/test.system", with: Array(system.utf8))
      let result = try Subprocess.run([Self.serval, "run", "\(directory)/test.system"])
      #expect(result.status == 1)
      #expect(result.errors.contains("there is no image 'none.elf'"))
    }
  }

  /// Unicorn is under the GPL, so only the emulator may link it.
  @Test(.enabled(if: isBuilt)) func onlyTheEmulatorLinksUnicorn() throws {
    func libraries(_ program: String) throws -> String {
      String(decoding: try Subprocess.run(["ldd", program]).output, as: UTF8.self)
    }
    #expect(try libraries("\(Self.serval)-emulator").contains("libunicorn"))
    #expect(try !libraries(Self.serval).contains("libunicorn"))
  }

  /// The version is that of the library found at run time, not of the headers at build time.
  @Test(.enabled(if: isBuilt)) func theVersionIsUnicorns() throws {
    let result = try Subprocess.run([Self.serval, "run", "--version"])
    let text = String(decoding: result.output, as: UTF8.self)
    #expect(result.status == 0 && text == "serval-emulator with Unicorn \(unicornVersion)\n")
    #expect(unicornVersion.hasPrefix("2."))
  }

  /// The table of options in docs/emulator.md names the options of `serval run`, and no others.
  @Test(.enabled(if: isBuilt)) func theDocumentNamesEveryOption() throws {
    let result = try Subprocess.run([Self.serval, "run", "--help"])
    let help = String(decoding: result.output, as: UTF8.self)
    let document = String(
      decoding: try Files.read("\(Self.root)docs/emulator.md"), as: UTF8.self)
    let section = try #require(
      document.split(separator: "\n## ").first { $0.hasPrefix("Options\n") })
    let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `--") }
    let documented = rows.flatMap { row in
      Self.options(in: String(row.split(separator: "|").first ?? ""))
    }
    let listed = help.split(separator: "\n").filter { $0.hasPrefix("  --") }
      .compactMap { Self.options(in: String($0)).first }
    let expected = Set(listed).subtracting(["--version"])
    #expect(expected.count > 15)
    #expect(Set(documented) == expected)
    #expect(documented.count == Set(documented).count)
  }

  /// The words of a text that start with two hyphens.
  private static func options(in text: String) -> [String] {
    text.split { !($0.isLetter || $0 == "-") }.map(String.init).filter { $0.hasPrefix("--") }
  }

  @Test(.enabled(if: isBuilt)) func anInvalidTimeIsAUsageError() throws {
    try with("void init(void) {} void notified(word c) {}") { directory in
      let result = try Subprocess.run([
        Self.serval, "run", "\(directory)/test.system", "--sdk", "2.3.0", "--for", "tomorrow",
      ])
      #expect(result.status == 64)
    }
  }

  /// A terminal is raw during the run and restored afterwards, even while a program spins.
  @Test(.enabled(if: isBuilt), arguments: ["\u{3}", "\u{1}x"])
  func endsFromTheKeyboard(keys: String) throws {
    let program =
      #"void init(void) { say("spins"); for (;;) __asm__(""); } void notified(word c) {}"#
    try with(program) { directory in
      let terminal = try PseudoTerminal()
      let before = terminal.flags
      let process = try terminal.spawn([
        Self.serval, "run", "\(directory)/test.system", "--sdk", "2.3.0",
      ])
      #expect(terminal.wait(for: "p: spins"))
      #expect(terminal.flags & tcflag_t(ICANON | ECHO) == 0)
      terminal.type(keys)
      #expect(process.wait(seconds: 20) == (keys == "\u{3}" ? 130 : 0))
      #expect(terminal.flags == before)
    }
  }
}

private struct Child {
  var pid: pid_t

  /// The exit status; nil if the process did not end in time and was killed.
  func wait(seconds: Int) -> Int32? {
    var status: Int32 = 0
    for _ in 0..<seconds * 50 {
      if waitpid(pid, &status, WNOHANG) == pid {
        return status & 0x7f == 0 ? status >> 8 & 0xff : nil
      }
      usleep(20_000)
    }
    kill(pid, SIGKILL)
    waitpid(pid, &status, 0)
    return nil
  }
}

private final class PseudoTerminal {
  struct Failure: Error {}
  private let master: Int32
  private let path: String

  init() throws {
    // As posix_openpt, unlockpt and ptsname do, which Swift's Glibc module hides (Linux, tty_ioctl).
    let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    var (locked, number): (Int32, UInt32) = (0, 0)
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard master >= 0, ioctl(master, unlock, &locked) == 0, ioctl(master, getNumber, &number) == 0
    else { throw Failure() }
    path = "/dev/pts/\(number)"
  }

  deinit { close(master) }

  var flags: tcflag_t {
    var settings = termios()
    tcgetattr(master, &settings)
    return settings.c_lflag
  }

  /// Starts a program in a new session with this as its controlling terminal.
  func spawn(_ arguments: [String]) throws -> Child {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in 0..<3 as Range<Int32> {
      posix_spawn_file_actions_addopen(&actions, descriptor, path, O_RDWR, 0)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // POSIX_SPAWN_SETSID of spawn.h.
    posix_spawnattr_setflags(&attributes, 0x80)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var pid: pid_t = 0
    guard posix_spawnp(&pid, arguments[0], &actions, &attributes, &words, environ) == 0 else {
      throw Failure()
    }
    return Child(pid: pid)
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
  }

  func wait(for text: String) -> Bool {
    var seen: [UInt8] = []
    for _ in 0..<500 {
      var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, 20) > 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: 1024)
      let count = read(master, &bytes, bytes.count)
      if count <= 0 { continue }
      seen += bytes.prefix(count)
      if String(decoding: seen, as: UTF8.self).contains(text) { return true }
    }
    return false
  }
}
