internal import Baselines
internal import EvalCore
internal import Foundation
internal import Hashing
internal import Media

/// One row, resolved: what its frames are and where they come from.
struct Row: Sendable {
  let identity: MethodIdentity
  let source: Source
  /// Seed of the row's colorizer.
  let seed: UInt64
  /// Whether the row is coloured for a few clips and not scored.
  let isTimingOnly: Bool

  enum Source: Sendable {
    case colorizer(any Colorizer)
    case outputs(OutputsTemplate)
    case oracle
    case published([Cell])
    /// A row of a finished or half-finished run: its records are read, nothing is made.
    case recorded
  }

  /// Folder name in the run.
  var key: String { RunFolder.rowKey(identity) }

  /// Whether the row has a place in the tables for values of its own.
  var isMeasured: Bool { hasRecords && !isTimingOnly }

  /// Whether there is a record for each clip of this row.
  var hasRecords: Bool {
    if case .published = source { return false }
    return true
  }

  /// The colorizer, where this program colours the frames.
  var colorizer: (any Colorizer)? {
    if case .colorizer(let colorizer) = source { return colorizer }
    return nil
  }

  /// The clips of `suite` that this row is made for.
  func clips(of suite: Suite, timingClips: Int) -> [SuiteClip] {
    isTimingOnly ? Array(suite.clips.prefix(timingClips)) : suite.clips
  }

  /// Resolves one row of `configuration`.
  init(_ spec: MethodSpec, of configuration: RunConfiguration, colorizers: Colorizers) throws {
    let folder = configuration.methodFolder
    switch spec.source {
    case .colorizer(let name, var settings):
      let seed = spec.seed ?? configuration.seed
      if spec.isModel, settings["weights"] == nil, !configuration.modelWeights.isEmpty {
        settings["weights"] = configuration.modelWeights.map {
          URL(fileURLWithPath: $0, relativeTo: configuration.weightFolder).path
        }.joined(separator: ",")
      }
      let colorizer = try colorizers.make(name, settings: settings, folder: folder)
      var identity = colorizer.identity
      identity.name = spec.name
      identity.settings["seed"] = "\(seed)"
      self.init(
        identity: identity, source: .colorizer(colorizer), seed: seed, isTimingOnly: spec.isTimingOnly)
    case .outputs(let template, let offset, let policy):
      let outputs = OutputsTemplate(
        template: template, base: folder, offset: offset, countPolicy: policy)
      let settings = [
        "outputs": template, "offset": offset.map { "\($0)" } ?? "first", "count_policy": policy.rawValue,
      ]
      self.init(
        identity: MethodIdentity(
          name: spec.name, kind: .external, provenance: "external frames", settings: settings),
        source: .outputs(outputs))
    case .oracle:
      self.init(
        identity: MethodIdentity(
          name: spec.name, kind: .oracle, provenance: "the original frames (upper bound)"),
        source: .oracle)
    case .published(let reference):
      let cells = try Self.publishedCells(reference, rowName: spec.name, folder: folder)
      self.init(
        identity: MethodIdentity(name: spec.name, kind: .published, provenance: reference),
        source: .published(cells))
    }
  }

  /// A row as `run.json` keeps it; published rows are read again from where `spec` says.
  init(
    recorded: RunDescription.RecordedRow, spec: MethodSpec, of configuration: RunConfiguration
  ) throws {
    if case .published = spec.source {
      try self.init(spec, of: configuration, colorizers: Colorizers())
    } else {
      self.init(
        identity: recorded.identity, source: .recorded, seed: 0, isTimingOnly: recorded.isTimingOnly)
    }
  }

  private init(
    identity: MethodIdentity, source: Source, seed: UInt64 = 0, isTimingOnly: Bool = false
  ) {
    self.identity = identity
    self.source = source
    self.seed = seed
    self.isTimingOnly = isTimingOnly
  }

  /// The rows that `reference` names: `paper-table1`, or `FILE` or `FILE#TABLE`. A row name that is not the
  /// reference itself picks that one row.
  private static func publishedCells(_ reference: String, rowName: String, folder: URL) throws -> [Cell] {
    let paperTables = ["paper-table1": 1, "paper-table2": 2, "paper-table3": 3]
    let tables: PublishedTables
    let table: Int
    if let number = paperTables[reference] {
      tables = try PublishedTables.paper()
      table = number
    } else {
      let parts = reference.split(separator: "#", maxSplits: 1).map(String.init)
      let url = URL(fileURLWithPath: parts.first ?? "", relativeTo: folder).absoluteURL
      guard FileManager.default.fileExists(atPath: url.path) else {
        throw ConfigError.badValue(
          file: "methods", key: "published", found: "'\(reference.prefix(80))'",
          expected: "a file of published rows or one of \(paperTables.keys.sorted().joined(separator: ", "))")
      }
      tables = try PublishedTables.load(url)
      table = (parts.count > 1 ? Int(parts[1]) : nil) ?? tables.tables.first ?? 1
    }
    return rowName == reference
      ? try tables.rows(table: table) : try tables.rows(table: table, method: rowName)
  }
}

/// Where a method's outputs lie: a path with `%clip`, optionally ending in a frame pattern, a folder or a video.
struct OutputsTemplate: Sendable {
  let template: String
  let base: URL
  let offset: Int?
  let countPolicy: CountPolicy

  static let videoExtensions = ["mkv", "mp4", "webm", "mov", "avi"]

  /// Opens the outputs of a clip, with as many frames as there are.
  func open(_ clip: SuiteClip) throws -> any FrameSource {
    let path =
      template.contains("%clip") ? template.replacing("%clip", with: clip.id) : "\(template)/\(clip.id)"
    let first = offset.map { clip.first + $0 }
    let url = URL(fileURLWithPath: path, relativeTo: base).absoluteURL
    if url.lastPathComponent.contains("%") {
      return try FrameFolder(url.deletingLastPathComponent(), pattern: url.lastPathComponent, first: first)
    }
    if let found = existing(url) {
      let source = try FrameSources.open(found)
      if source is FrameFolder, first != nil { return try FrameFolder(found, first: first) }
      return source
    }
    throw MissingOutputs(
      path: url.path, clip: clip.id, extensions: template.contains("%clip") ? [] : Self.videoExtensions)
  }

  /// The file or folder whose state tells whether anything changed.
  func location(_ clip: SuiteClip) -> URL {
    let path =
      template.contains("%clip") ? template.replacing("%clip", with: clip.id) : "\(template)/\(clip.id)"
    let url = URL(fileURLWithPath: path, relativeTo: base).absoluteURL
    if url.lastPathComponent.contains("%") { return url.deletingLastPathComponent() }
    return existing(url) ?? url
  }

  private func existing(_ url: URL) -> URL? {
    if FileManager.default.fileExists(atPath: url.path) { return url }
    if template.contains("%clip") { return nil }
    return Self.videoExtensions.map { url.appendingPathExtension($0) }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }
}

/// A method has no output for a clip.
struct MissingOutputs: ReasonedError, CustomStringConvertible {
  let path: String
  let clip: String
  let extensions: [String]

  var reason: FailureReason { .missing }
  var description: String {
    let alternatives = extensions.isEmpty ? "" : " (nor a video .\(extensions.joined(separator: ", .")))"
    return "\(path): no output for clip '\(clip)'\(alternatives); put the frames there or correct 'outputs'"
  }
}
