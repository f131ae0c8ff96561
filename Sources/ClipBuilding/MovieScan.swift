internal import EvalCore
public import Foundation
public import Media
public import SceneCuts

/// What is known about a film after its cuts have been looked for, in whole or in part.
public struct MovieScan: Codable, Hashable, Sendable {
  /// Path, size in bytes, modification time and layout version: a scan of another state of the film is not used.
  let identity: String
  /// The detector with all that it has seen.
  public internal(set) var detector: CutDetector
  /// Whether the film was seen to its end.
  public internal(set) var isComplete = false
}

/// Looks for the cuts of films in bounded memory. A scan that was killed goes on where it last was stored.
public struct MovieScanner: Sendable {
  /// Folder of the stored scans.
  public let folder: URL
  /// Settings of the detector.
  public let detector: CutDetector
  /// Threads of the decoder.
  public let threads: Int

  /// Frames between two stored states: half a minute's work at most.
  private static let framesPerState = 1000
  private static let layout = 2

  /// A scanner that stores its states in `folder`.
  public init(folder: URL, detector: CutDetector, threads: Int) {
    self.folder = folder
    self.detector = detector
    self.threads = threads
  }

  /// The finished scan of `movie`. `progress` takes the number of frames seen so far.
  ///
  /// `name` names the stored state. Throws `MediaError` for films that are damaged or refused.
  public func scan(_ movie: MovieFile, name: String, progress: (Int) throws -> Void) throws -> MovieScan {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("\(name).scan.json")
    var scan = try stored(file, identity: try Self.identity(of: movie.url))
    if scan.isComplete { return scan }
    let reader = try movie.makeReader(threads: threads)
    while reader.framesRead < scan.detector.frames {
      guard try reader.skip() else {
        throw ClipBuildError.changed(
          path: movie.url.path, found: reader.framesRead, expected: scan.detector.frames)
      }
    }
    while let next = try reader.next() {
      scan.detector.observe(next.frame)
      try progress(scan.detector.frames)
      if scan.detector.frames.isMultiple(of: Self.framesPerState) { try store(scan, in: file) }
    }
    scan.isComplete = true
    try store(scan, in: file)
    return scan
  }

  /// The stored scan of this film with these settings, or one that has seen nothing. A state that cannot be read
  /// counts as none: the film is scanned from its start and the state replaced.
  private func stored(_ file: URL, identity: String) throws -> MovieScan {
    let fresh = MovieScan(identity: identity, detector: detector)
    guard let data = FileManager.default.contents(atPath: file.path),
      let scan = try? JSONDecoder().decode(MovieScan.self, from: data), scan.identity == identity,
      scan.detector.label == detector.label
    else { return fresh }
    return scan
  }

  private func store(_ scan: MovieScan, in file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try AtomicFile.write(try encoder.encode(scan), to: file)
  }

  /// What tells one state of a film from another without reading it.
  static func identity(of url: URL) throws -> String {
    let path = url.resolvingSymlinksInPath().path
    let facts = try FileManager.default.attributesOfItem(atPath: path)
    let size = (facts[.size] as? NSNumber)?.int64Value ?? 0
    let time = (facts[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(layout) \(Int(ColourHistogram.pixels)) \(path) \(size) \(time)"
  }
}
