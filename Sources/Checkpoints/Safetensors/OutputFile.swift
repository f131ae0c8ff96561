internal import Foundation

/// A file that appears under its name only when it is complete.
final class OutputFile {
  private let url: URL
  private let temporaryPath: String
  private var descriptor: Int32

  /// Begins a file beside `url`.
  init(_ url: URL) throws(CheckpointError) {
    self.url = url
    temporaryPath = url.path + ".part-\(getpid())"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(file: url.relativePath, reason: lastSystemError()) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporaryPath)
  }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .unwritable(file: url.relativePath, reason: lastSystemError()) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
    }
  }

  /// Appends bytes.
  func write(_ bytes: [UInt8]) throws(CheckpointError) {
    try bytes.withUnsafeBufferPointer { buffer throws(CheckpointError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Gives the file its name.
  func finish() throws(CheckpointError) {
    let isSynchronised = fsync(descriptor) == 0
    let isClosed = close(descriptor) == 0
    descriptor = -1
    guard isSynchronised, isClosed, rename(temporaryPath, url.path) == 0 else {
      let reason = lastSystemError()
      unlink(temporaryPath)
      throw .unwritable(file: url.relativePath, reason: reason)
    }
  }
}
