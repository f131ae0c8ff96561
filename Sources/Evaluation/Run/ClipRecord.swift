public import EvalCore
internal import Foundation
internal import Hashing

/// Everything measured for one clip of one row: written once, atomically; holds no time of day and no path of this machine.
public struct ClipRecord: Codable, Sendable, Hashable {
  /// Schema of this document.
  public var schema = "clip/1"
  /// The test set's name.
  public var suite: String
  /// The clip.
  public var clip: String
  /// The row.
  public var method: MethodIdentity
  /// `ClipHasher` digest of the decoded originals.
  public var originalHash: String
  /// `ClipHasher` digest of the decoded outputs.
  public var generatedHash: String
  /// Frames of the clip.
  public var clipFrames: Int
  /// Frames of the output.
  public var generatedFrames: Int
  /// Indices of the evaluated frames are all below this bound except `skippedReference`.
  public var comparedFrames: Int
  /// Index of the reference frame when it was left out.
  public var skippedReference: Int?
  /// What each metric found.
  public var measurements: [StoredMeasurement]
  /// Seconds of model time per frame, for timed methods.
  public var secondsPerFrame: Double?
  /// Things a reader should know about this clip.
  public var warnings: [String]
  /// SHA-256 of the record's bytes with this field empty.
  public var recordHash: String

  /// One metric's finding with the signature it was made under.
  public struct StoredMeasurement: Codable, Sendable, Hashable {
    /// The metric.
    public var metric: MetricID
    /// Full signature, sorted fields.
    public var signature: String
    /// The observations.
    public var measurement: ClipMeasurement
  }

  /// The measurement made under exactly `signature`.
  public func measurement(_ signature: MetricSignature) -> ClipMeasurement? {
    let text = signature.description
    return measurements.first { $0.metric == signature.metric && $0.signature == text }?.measurement
  }

  /// The record's bytes, hash filled in.
  func sealed() throws -> Data {
    var record = self
    record.measurements.sort { ($0.metric, $0.signature) < ($1.metric, $1.signature) }
    record.recordHash = ""
    let bytes = [UInt8](try Self.encoder.encode(record))
    guard let place = bytes.withUnsafeBufferPointer(Self.hashPlace) else {
      throw ClipRecordError.altered(
        file: "\(suite)/\(clip)", detail: "its encoding has no place for the hash")
    }
    let digest = SHA256Digest(of: bytes).description
    return Data(bytes[..<place]) + Data(digest.utf8) + Data(bytes[place...])
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return encoder
  }
}

/// A record that cannot be trusted.
public enum ClipRecordError: Error, Equatable, CustomStringConvertible {
  /// Truncated, edited or of another version.
  case altered(file: String, detail: String)

  /// File, found, and what happens now.
  public var description: String {
    switch self {
    case .altered(let file, let detail):
      "\(file): \(detail); the clip counts as missing and is computed again"
    }
  }
}
