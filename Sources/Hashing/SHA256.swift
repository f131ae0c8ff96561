internal import CLibCrypto

/// A SHA-256 digest, 32 bytes, printed as 64 lowercase hexadecimal digits.
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
  /// The 32 bytes of the digest.
  public let bytes: [UInt8]

  /// The digest of `data`.
  public init(of data: some Sequence<UInt8>) {
    var hasher = SHA256Hasher()
    hasher.update(Array(data))
    self = hasher.finish()
  }

  fileprivate init(bytes: [UInt8]) { self.bytes = bytes }

  /// 64 lowercase hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Incremental SHA-256 (OpenSSL's libcrypto). A value of this type must not be used after `finish()`.
public struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer

  /// A hasher that has seen nothing.
  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto cannot provide SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Appends `bytes`.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Appends a raw buffer.
  public mutating func update(_ buffer: UnsafeRawBufferPointer) {
    guard let base = buffer.baseAddress, buffer.count > 0 else { return }
    precondition(EVP_DigestUpdate(context, base, buffer.count) == 1)
  }

  /// Appends the UTF-8 bytes of `text`.
  public mutating func update(_ text: String) { update(Array(text.utf8)) }

  /// The digest of everything appended.
  public mutating func finish() -> SHA256Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 32
    precondition(EVP_DigestFinal_ex(context, &bytes, &length) == 1 && length == 32)
    return SHA256Digest(bytes: bytes)
  }
}
