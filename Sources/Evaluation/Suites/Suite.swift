public import EvalCore
public import Foundation
internal import Hashing

/// A test set: clips with their original frames, lineart and reference frame. Describes data, no options of methods.
public struct Suite: Sendable {
  /// Identifier, used in folders: `[A-Za-z0-9._-]`.
  public var name: String
  /// Heading in tables, for example `Similar Testset`.
  public var title: String
  /// Frames per second of playback.
  public var framesPerSecond: Double
  /// Licence and attribution of the frames.
  public var licence: String
  /// Folder under which every path of the clips must lie.
  public var root: URL
  /// The clips in suite order.
  public var clips: [SuiteClip]
  /// Number of clips before any limit was applied.
  public var fullCount: Int

  /// A set with these clips, whose paths lie under `root`.
  public init(
    name: String, title: String, framesPerSecond: Double, licence: String, root: URL, clips: [SuiteClip],
    fullCount: Int
  ) {
    self.name = name
    self.title = title
    self.framesPerSecond = framesPerSecond
    self.licence = licence
    self.root = root
    self.clips = clips
    self.fullCount = fullCount
  }

  /// SHA-256 over the canonical list of clips: what `similar@3f9a12c4` in signatures refers to.
  public var hash: String {
    var hasher = SHA256Hasher()
    hasher.update("suite/1 \(name)\n")
    for clip in clips.sorted(by: { $0.id < $1.id }) {
      hasher.update(
        "\(clip.id) \(clip.first) \(clip.count) \(clip.reference) \(clip.sha256 ?? "-") \(clip.sketchSHA256 ?? "-")\n"
      )
    }
    return hasher.finish().description
  }

  /// Frames of all clips.
  public var frameCount: Int { clips.reduce(0) { $0 + $1.count } }
}

/// One clip of a suite.
public struct SuiteClip: Sendable, Hashable {
  /// Identifier: `[A-Za-z0-9._-]` parts joined by `/`, at most 200 bytes.
  public var id: String
  /// Original frames, relative to the suite's root: a pattern such as `a/%05d.png`, a folder, or a video.
  public var frames: String
  /// Lineart in the same forms; nil when the suite has none.
  public var sketch: String?
  /// Number of the first frame.
  public var first: Int
  /// Number of frames.
  public var count: Int
  /// Index of the reference frame, 0 ..< count.
  public var reference: Int
  /// `ClipHasher` digest of the decoded original frames; nil when the suite does not state one.
  public var sha256: String?
  /// `ClipHasher` digest of the decoded lineart frames.
  public var sketchSHA256: String?
  /// Where the clip comes from: film, time code, seed; free text by name.
  public var provenance: [String: String]

  /// Makes a clip.
  public init(
    id: String, frames: String, sketch: String?, first: Int, count: Int, reference: Int = 0,
    sha256: String? = nil, sketchSHA256: String? = nil, provenance: [String: String] = [:]
  ) {
    self.id = id
    self.frames = frames
    self.sketch = sketch
    self.first = first
    self.count = count
    self.reference = reference
    self.sha256 = sha256
    self.sketchSHA256 = sketchSHA256
    self.provenance = provenance
  }
}

/// Errors of test sets.
public enum SuiteError: ReasonedError, Equatable, CustomStringConvertible {
  /// A clip id that cannot be used as a path.
  case badClipID(file: String, id: String, detail: String)
  /// Two clips of one id.
  case duplicateClip(file: String, id: String)
  /// A path that leaves the suite's root.
  case pathEscape(file: String, path: String, detail: String)
  /// No suite of this name.
  case unknownSuite(name: String, legal: [String])
  /// No clip is left.
  case empty(file: String, detail: String)
  /// The decoded frames are not those the suite describes.
  case hashMismatch(suite: String, clip: String, what: String, expected: String, found: String)
  /// The clip has no lineart and a method needs it.
  case noSketch(suite: String, clip: String)
  /// Lineart and frames differ in size or number.
  case sketchMismatch(suite: String, clip: String, detail: String)

  /// The reason code of a clip that fails so.
  public var reason: FailureReason {
    switch self {
    case .badClipID, .duplicateClip, .pathEscape: .pathEscape
    case .unknownSuite, .empty, .noSketch: .missing
    case .hashMismatch: .hashMismatch
    case .sketchMismatch: .countMismatch
    }
  }

  /// File, found, expected, fix.
  public var description: String {
    switch self {
    case .badClipID(let file, let id, let detail):
      "\(file): clip id '\(id.prefix(80))' \(detail); ids are [A-Za-z0-9._-] parts joined by '/', at most 200 bytes"
    case .duplicateClip(let file, let id): "\(file): clip id '\(id)' stands twice; rename one"
    case .pathEscape(let file, let path, let detail):
      "\(file): path '\(path.prefix(120))' \(detail); paths must stay below the suite's root"
    case .unknownSuite(let name, let legal):
      "suite '\(name)': no such file and no embedded set of that name\(NearestMatch.hint(name, among: legal)); "
        + "embedded: \(legal.joined(separator: ", "))"
    case .empty(let file, let detail): "\(file): no clips (\(detail))"
    case .hashMismatch(let suite, let clip, let what, let expected, let found):
      "\(suite)/\(clip): \(what) hash \(found), the suite says \(expected); "
        + "restore the files or rewrite the suite with 'suites import'"
    case .noSketch(let suite, let clip):
      "\(suite)/\(clip): the suite has no lineart for this clip and the method needs it; import the set again with --extractor, add 'sketch', or leave out the rows that are coloured here"
    case .sketchMismatch(let suite, let clip, let detail):
      "\(suite)/\(clip): \(detail); redraw or resize the lineart"
    }
  }
}
