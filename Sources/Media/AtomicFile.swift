public import Foundation
internal import Synchronization

/// Files that are either complete or absent: written under a temporary name in the same folder, flushed to
/// the disk, then renamed.
public enum AtomicFile {
  private static let counter = Atomic<Int>(0)

  /// Replaces the file at `url` by `data`. After a failure the old content is intact and no temporary file
  /// is left.
  public static func write(_ data: Data, to url: URL) throws(MediaError) {
    try data.withUnsafeBytes { bytes in
      Result { () throws(MediaError) in try write(bytes, to: url) }
    }.get()
  }

  /// Replaces the file at `url` by the bytes of `buffer`.
  static func write(_ buffer: UnsafeRawBufferPointer, to url: URL) throws(MediaError) {
    let path = resolvingLinks(url.path)
    if isSpecial(path) { return try writeThrough(buffer, to: path) }
    try TransientFault.retrying { code throws(MediaError) in try writeOnce(buffer, to: path, code: &code) }
  }

  private static func writeOnce(
    _ buffer: UnsafeRawBufferPointer, to path: String, code: inout Int32
  ) throws(MediaError) {
    let temporary = temporaryPath(for: URL(fileURLWithPath: path))
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      code = errno
      throw .notWritten(path: path, cause: systemMessage(code))
    }
    code = writeAll(buffer, to: descriptor)
    if code == 0, fsync(descriptor) != 0 { code = errno }
    if close(descriptor) != 0, code == 0 { code = errno }
    if code != 0 {
      unlink(temporary)
      throw .notWritten(path: path, cause: systemMessage(code))
    }
    try rename(temporary, to: path)
  }

  /// Devices and pipes such as `/dev/stdout` are written to; putting a file in their place would destroy
  /// them.
  private static func writeThrough(_ buffer: UnsafeRawBufferPointer, to path: String) throws(MediaError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .notWritten(path: path, cause: systemMessage(errno)) }
    var code = writeAll(buffer, to: descriptor)
    if close(descriptor) != 0, code == 0 { code = errno }
    if code != 0 { throw .notWritten(path: path, cause: systemMessage(code)) }
  }

  /// Whether something other than a regular file lies at `path`.
  private static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }

  /// The file a link points to, so that writing through a link keeps the link.
  private static func resolvingLinks(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// A name beside `url` that no other write uses, hidden so that readers of the folder pass over it.
  static func temporaryPath(for url: URL) -> String {
    let number = counter.add(1, ordering: .relaxed).newValue
    let name = ".\(url.lastPathComponent.prefix(100)).\(host)-\(getpid())-\(number).part"
    return url.deletingLastPathComponent().appendingPathComponent(name).path
  }

  /// This machine's name as it may stand in a file name.
  private static let host = String(
    ProcessInfo.processInfo.hostName.prefix(40).map { $0.isLetter || $0.isNumber ? $0 : "_" })

  /// Seconds after which a temporary file of another machine, whose processes cannot be looked up, is given
  /// up.
  private static let patience = 3600.0

  /// Removes temporary files in `folder` that their processes can no longer finish: those of this machine
  /// whose process is gone, and those of others after an hour.
  ///
  /// What cannot be removed stays; it is in nobody's way.
  public static func removeLeftovers(in folder: URL, isDeep: Bool) {
    let manager = FileManager.default
    guard let paths = manager.enumerator(atPath: folder.path) else { return }
    while let path = paths.nextObject() as? String {
      if !isDeep { paths.skipDescendants() }
      let name = (path as NSString).lastPathComponent
      guard name.hasPrefix("."), name.hasSuffix(".part") else { continue }
      let file = folder.appendingPathComponent(path).path
      if isAbandoned(file, name: name) { unlink(file) }
    }
  }

  private static func isAbandoned(_ file: String, name: String) -> Bool {
    let owner = name.dropLast(".part".count).split(separator: ".").last ?? ""
    let parts = owner.split(separator: "-")
    if parts.count == 3, parts[0] == host, let pid = Int32(parts[1]) {
      return kill(pid, 0) != 0 && errno == ESRCH
    }
    var status = stat()
    guard stat(file, &status) == 0 else { return false }
    return Date().timeIntervalSince1970 - Double(status.st_mtim.tv_sec) > patience
  }

  /// Puts the finished temporary file in place and makes the new name durable.
  static func rename(_ temporary: String, to path: String) throws(MediaError) {
    if isSpecial(path) {
      unlink(temporary)
      throw .notWritten(path: path, cause: "is not a regular file")
    }
    guard Foundation.rename(temporary, path) == 0 else {
      let cause = systemMessage(errno)
      unlink(temporary)
      throw .notWritten(path: path, cause: cause)
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    // Some file systems cannot flush a folder; the file itself is complete either way.
    _ = fsync(descriptor)
    _ = close(descriptor)
  }

  /// The system's error number, 0 when everything was taken.
  private static func writeAll(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = buffer[...]
    while !rest.isEmpty {
      let written = Foundation.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(written)
    }
    return 0
  }
}

/// The system's text for an error number, lower case as all our messages.
func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code)).lowercased()
}
