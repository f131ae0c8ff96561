internal import Foundation
internal import Media
internal import Synchronization

/// Who works on which clip of a run folder, told through small files, so that several processes on one or
/// more machines can share the folder.
///
/// A claim is made by a hard link, which fails when another is there. Its owner touches it every few seconds;
/// a claim that is no longer touched, or whose process is gone from this machine, is taken over. That two
/// processes work on one clip is possible for a moment after a takeover and harmless: they write equal files,
/// each whole or not at all.
final class ClaimBoard: Sendable {
  /// What a claim file says.
  struct Owner: Codable, Equatable {
    var host: String
    var pid: Int32
    /// Machine start and process namespace: a process number means something only within both.
    var scope: String
    /// When the process began, in clock ticks since the machine's start: process numbers are used again.
    var start: String
    /// Differs between two boards of one process.
    var token: String
  }

  /// How an attempt ended.
  enum Outcome: Equatable {
    /// The clip is ours until `release`.
    case taken
    /// Somebody else works on it.
    case held(by: Owner)
  }

  private let folder: URL
  private let heartbeat: Duration
  private let patience: Duration
  private let owner: Owner
  private let held = Mutex<Set<String>>([])
  private let timer = Mutex<(any DispatchSourceTimer)?>(nil)

  /// A board in `folder`. Claims are touched every `heartbeat` and are stale when untouched for `patience`.
  init(_ folder: URL, heartbeat: Duration = .seconds(5), patience: Duration = .seconds(60)) {
    self.folder = folder
    self.heartbeat = heartbeat
    self.patience = patience
    let process = ProcessInfo.processInfo
    owner = Owner(
      host: process.hostName, pid: getpid(), scope: Self.scope, start: Self.start(of: getpid()) ?? "",
      token: UUID().uuidString)
  }

  deinit { timer.withLock { $0?.cancel() } }

  /// Claims `name`, a relative path without ending. Throws `RunFolderError.cannotWrite`.
  func take(_ name: String) throws(RunFolderError) -> Outcome {
    let file = self.file(name)
    let own = try draft(beside: file)
    defer { unlink(own.path) }
    for _ in 0..<3 {
      if link(own.path, file.path) == 0 {
        held.withLock { _ = $0.insert(name) }
        beat()
        return .taken
      }
      guard errno == EEXIST else {
        throw .cannotWrite(file: file.path, detail: String(cString: strerror(errno)))
      }
      guard let seen = FileManager.default.contents(atPath: file.path) else { continue }
      // A claim that cannot be read was cut short with its machine; only its age counts.
      let other = decode(seen)
      guard isStale(file, owner: other, comparedWith: own) else {
        return .held(by: other ?? Owner(host: "unknown", pid: 0, scope: "", start: "", token: ""))
      }
      discard(file, holding: seen)
    }
    return .held(by: Owner(host: "unknown", pid: 0, scope: "", start: "", token: ""))
  }

  /// Gives `name` back, unless it was taken over meanwhile.
  func release(_ name: String) {
    guard held.withLock({ $0.remove(name) }) != nil else { return }
    let file = self.file(name)
    guard let seen = FileManager.default.contents(atPath: file.path), decode(seen) == owner else { return }
    unlink(file.path)
  }

  private func file(_ name: String) -> URL { folder.appendingPathComponent("\(name).claim") }

  private func decode(_ data: Data) -> Owner? {
    do { return try JSONDecoder().decode(Owner.self, from: data) } catch { return nil }
  }

  /// A complete claim under a name of its own; the link to the real name is what counts.
  private func draft(beside file: URL) throws(RunFolderError) -> URL {
    let draft = file.deletingLastPathComponent().appendingPathComponent(
      ".\(owner.token)-\(UUID().uuidString).part")
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try JSONEncoder().encode(owner).write(to: draft)
    } catch {
      throw .cannotWrite(file: file.path, detail: error.localizedDescription)
    }
    return draft
  }

  /// Whether nobody works behind the claim any more. Ages are differences of times of the file system that
  /// holds both files, whose clock need not be this machine's.
  private func isStale(_ file: URL, owner other: Owner?, comparedWith own: URL) -> Bool {
    if let other, other.scope == owner.scope, !other.scope.isEmpty {
      if other.token == owner.token { return false }
      if Self.start(of: other.pid) != other.start { return true }
    }
    guard let now = Self.modified(own), let then = Self.modified(file) else { return false }
    return now - then > patience / .seconds(1)
  }

  /// Removes the claim only if it still is the one that was seen: another process may have replaced it
  /// meanwhile.
  private func discard(_ file: URL, holding seen: Data) {
    let aside = file.deletingLastPathComponent().appendingPathComponent(".\(UUID().uuidString).part")
    guard rename(file.path, aside.path) == 0 else { return }
    if FileManager.default.contents(atPath: aside.path) != seen { _ = link(aside.path, file.path) }
    unlink(aside.path)
  }

  /// Starts the heartbeat at the first claim.
  private func beat() {
    timer.withLock { timer in
      guard timer == nil else { return }
      let source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "lvcd-bench.claims"))
      let interval = heartbeat / .seconds(1)
      source.schedule(deadline: .now() + interval, repeating: interval)
      source.setEventHandler { [weak self] in
        guard let self else { return }
        for name in held.withLock({ $0 }) { utimes(file(name).path, nil) }
      }
      source.resume()
      timer = source
    }
  }

  private static func modified(_ file: URL) -> Double? {
    var status = stat()
    guard stat(file.path, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
  }

  /// Field 22 of `/proc/PID/stat`, counted behind the command's name, which may hold blanks; nil when there
  /// is no such process.
  private static func start(of pid: Int32) -> String? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 19 ? String(fields[19]) : nil
  }

  private static let scope: String = {
    let boot = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
    var name = [CChar](repeating: 0, count: 200)
    let length = readlink("/proc/self/ns/pid", &name, name.count - 1)
    let space =
      length > 0 ? String(decoding: name.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self) : ""
    guard !boot.isEmpty, !space.isEmpty else { return "" }
    return String(decoding: boot, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) + " " + space
  }()
}
