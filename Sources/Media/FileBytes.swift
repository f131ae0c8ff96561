internal import Foundation

/// The content of one regular file, at most `limit` bytes. Devices and pipes are refused.
func readBytes(of url: URL, limit: Int) throws(MediaError) -> [UInt8] {
  try TransientFault.retrying { code throws(MediaError) in
    try readBytesOnce(of: url.path, limit: limit, code: &code)
  }
}

private func readBytesOnce(of path: String, limit: Int, code: inout Int32) throws(MediaError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    code = errno
    if code == ENOENT { throw .missing(path: path) }
    throw .unreadable(
      path: path, found: "cannot be opened (\(systemMessage(code)))", expected: "a readable file")
  }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw .unreadable(path: path, found: "is not a regular file", expected: "a picture or video file")
  }
  let size = Int(status.st_size)
  guard size <= limit else {
    throw .tooLarge(path: path, found: "a file of \(size) bytes", limit: "\(limit) bytes")
  }
  var failure: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while count < size, let base = buffer.baseAddress {
      let received = read(descriptor, base + count, size - count)
      if received < 0, errno == EINTR { continue }
      if received < 0 { failure = errno }
      if received <= 0 { break }
      count += received
    }
  }
  if failure != 0 {
    code = failure
    throw .unreadable(
      path: path, found: "cannot be read (\(systemMessage(failure)))", expected: "a readable file")
  }
  return bytes
}
