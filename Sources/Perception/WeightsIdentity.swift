internal import Checkpoints
internal import Foundation
internal import Hashing

/// Whose weights a file holds, told by its hash or, for files nobody published, by what the file says of itself.
public struct WeightsIdentity: Sendable, Hashable {
  /// A file that its publisher names by its hash.
  struct Published {
    /// Leading digits of the SHA-256 in hexadecimal, as published.
    let hashPrefix: String
    /// The name it is known by.
    let origin: String
    /// Whether the paper's numbers are read as computed with it.
    let isOfficial: Bool
  }

  /// The metadata key by which a safetensors file names its origin; the project's own training writes an object there.
  static let originKey = "origin"
  /// What files of the project's own training are called.
  static let projectOrigin = "project"

  /// SHA-256 of the file in hexadecimal digits.
  public let sha256: String
  /// The published name, else the name in the file's metadata, else eight digits of the hash.
  public let origin: String
  /// Whether the hash is that of the file the paper's numbers are read as computed with.
  public let isOfficial: Bool
  /// Whether the hash is that of a published file.
  public let isPublished: Bool

  /// Whether the file says that the project's own training made it.
  var isOfProject: Bool { origin == Self.projectOrigin }

  /// Hashes the file at `url`. A file cannot claim a published name for itself.
  init(of file: CheckpointFile, at url: URL, published: [Published]) throws(CheckpointError) {
    do {
      let data = try Data(contentsOf: url, options: .mappedIfSafe)
      self = data.withUnsafeBytes { Self(of: file, bytes: $0, published: published) }
    } catch {
      throw .unreadable(file: file.name, reason: error.localizedDescription)
    }
  }

  /// Hashes `bytes`, the content of `file`.
  init(of file: CheckpointFile, bytes: UnsafeRawBufferPointer, published: [Published]) {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    let digest = hasher.finish().description
    let known = published.first { digest.hasPrefix($0.hashPrefix) }
    let stated = file.metadata[Self.originKey].flatMap(Self.stated)
      .flatMap { name in published.contains { $0.origin == name } ? nil : name }
    sha256 = digest
    origin = known?.origin ?? stated ?? String(digest.prefix(8))
    isOfficial = known?.isOfficial ?? false
    isPublished = known != nil
  }

  /// The name that a file's metadata states; nil when it is of no known form.
  private static func stated(_ text: String) -> String? {
    if isPlain(text) { return text }
    struct TrainingRun: Decodable {
      let run: String
      let step: Int
    }
    do {
      _ = try JSONDecoder().decode(TrainingRun.self, from: Data(text.utf8))
      return projectOrigin
    } catch {
      // Some other program's note, which names nobody's weights.
      return nil
    }
  }

  /// Short and fit for column headers.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.count <= 24
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
  }
}
