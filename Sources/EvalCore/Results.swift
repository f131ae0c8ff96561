internal import Hashing

/// Everything a report is made from: the cells of one run. Byte-identical for identical results; holds no
/// dates.
public struct RunResults: Codable, Sendable {
  /// Schema of this document.
  public var schema = "results/1"
  /// Name of the protocol the numbers follow, for example `lvcd-paper-1`.
  public var protocolName: String
  /// The metrics, in report order.
  public var metrics: [MetricColumn]
  /// The test sets, in report order.
  public var suites: [SuiteSummary]
  /// One cell per method and test set, methods in row order, test sets in report order within.
  public var cells: [Cell]
  /// Clips that have no value somewhere, and why.
  public var failures: [ClipFailure]
  /// What a reader must know before the tables, for example a partial run.
  public var notes: [String]
  /// How the intervals were made; nil where there are none.
  public var statistics: ResamplingSettings?
  /// The sets cut by motion, by length and along the clip; nil in documents that are not of a run.
  public var breakdowns: [Breakdown]?

  /// Makes a document.
  public init(
    protocolName: String, metrics: [MetricColumn], suites: [SuiteSummary], cells: [Cell],
    failures: [ClipFailure] = [], notes: [String] = [], statistics: ResamplingSettings? = nil,
    breakdowns: [Breakdown]? = nil
  ) {
    self.protocolName = protocolName
    self.metrics = metrics
    self.suites = suites
    self.cells = cells
    self.failures = failures
    self.notes = notes
    self.statistics = statistics
    self.breakdowns = breakdowns
  }
}

/// One metric as a column.
public struct MetricColumn: Codable, Sendable, Hashable {
  /// Which of the seven.
  public var id: MetricID
  /// Column name without arrow.
  public var label: String
  /// How far the column may be compared with published tables.
  public var comparability: Comparability
  /// The full signature, sorted fields.
  public var signature: String
  /// The first 12 hexadecimal digits of the signature's SHA-256.
  public var digest: String
  /// Why the column has no values at all, or nil.
  public var unavailability: String?

  /// Makes a column.
  public init(
    id: MetricID, label: String, comparability: Comparability, signature: String, digest: String,
    unavailability: String? = nil
  ) {
    self.id = id
    self.label = label
    self.comparability = comparability
    self.signature = signature
    self.digest = digest
    self.unavailability = unavailability
  }
}

/// One test set as a report sees it.
public struct SuiteSummary: Codable, Sendable, Hashable {
  /// Identifier, for example `similar`.
  public var name: String
  /// Heading, for example `Similar Testset`.
  public var title: String
  /// Clips in the set, all of them or as limited.
  public var clips: Int
  /// Frames in these clips.
  public var frames: Int
  /// SHA-256 of the suite's canonical description, hexadecimal.
  public var hash: String
  /// Licence and attribution of the frames.
  public var licence: String
  /// Ids of the clips that entered the values, sorted; nil in documents that are not of a run.
  public var clipIDs: [String]?

  /// Makes a summary.
  public init(
    name: String, title: String, clips: Int, frames: Int, hash: String, licence: String,
    clipIDs: [String]? = nil
  ) {
    self.name = name
    self.title = title
    self.clips = clips
    self.frames = frames
    self.hash = hash
    self.licence = licence
    self.clipIDs = clipIDs
  }
}

/// One method on one test set.
public struct Cell: Codable, Sendable {
  /// The row.
  public var method: MethodIdentity
  /// The test set's name.
  public var suite: String
  /// One summary per metric that was asked for.
  public var values: [MetricID: MetricSummary]
  /// Clips that entered the values; smaller than the set's size when clips failed.
  public var clips: Int
  /// Median over clips of seconds per frame; nil for rows that are not coloured here.
  public var secondsPerFrame: Double?
  /// Published rows: inference time relative to o = 0 as printed; nil where it does not apply.
  public var relativeTime: Double?
  /// Measured rows: inference times relative to o = 0; nil where the method has no segments.
  public var inferenceTimes: InferenceTimes?
  /// Signature of the values' origin where it is not that of the columns (published rows).
  public var source: String?
  /// Signature fields of this cell's values beyond those of the columns, for example `src: lossy`; nil when
  /// there are none. Values of different fields are not comparable.
  public var deviations: [String: String]?

  /// Makes a cell.
  public init(
    method: MethodIdentity, suite: String, values: [MetricID: MetricSummary], clips: Int,
    secondsPerFrame: Double? = nil, relativeTime: Double? = nil, source: String? = nil,
    deviations: [String: String]? = nil, inferenceTimes: InferenceTimes? = nil
  ) {
    self.method = method
    self.suite = suite
    self.values = values
    self.clips = clips
    self.secondsPerFrame = secondsPerFrame
    self.relativeTime = relativeTime
    self.source = source
    self.deviations = deviations
    self.inferenceTimes = inferenceTimes
  }
}

extension Cell {
  /// The row's time relative to o = 0 of one kind; published rows have the one that was printed.
  public func relativeTime(_ kind: TimeKind) -> Double? {
    method.kind == .published ? relativeTime : inferenceTimes?[kind]
  }
}

extension RunResults {
  /// What the note about a partial run begins with.
  public static let partialNote = "partial: "

  /// Whether only a part of some set was run.
  public var isPartial: Bool { notes.contains { $0.hasPrefix(Self.partialNote) } }
}

extension MetricColumn {
  /// The full signature of this column's value in `cell`: the column's fields and those of the cell.
  public func signature(of cell: Cell) -> String {
    guard let deviations = cell.deviations, !deviations.isEmpty else { return signature }
    let parts = signature.split(separator: "|").map(String.init)
    let added = deviations.map { "\($0.key):\($0.value)" }
    return (parts.prefix(1) + (parts.dropFirst() + added).sorted()).joined(separator: "|")
  }

  /// The first 12 hexadecimal digits of the SHA-256 of `signature(of:)`.
  public func digest(of cell: Cell) -> String {
    String(SHA256Digest(of: signature(of: cell).utf8).description.prefix(12))
  }
}

/// A clip that could not be coloured or scored for one method.
public struct ClipFailure: Codable, Sendable, Hashable {
  /// The test set's name.
  public var suite: String
  /// The clip.
  public var clip: String
  /// The row, or empty when the clip itself is at fault.
  public var method: String
  /// Where it happened: `read`, `colorize`, `score`.
  public var stage: String
  /// The reason code.
  public var reason: FailureReason
  /// File, what was found, what was expected, and the fix.
  public var message: String

  /// Makes a failure.
  public init(
    suite: String, clip: String, method: String, stage: String, reason: FailureReason,
    message: String
  ) {
    self.suite = suite
    self.clip = clip
    self.method = method
    self.stage = stage
    self.reason = reason
    self.message = message
  }
}

/// Reason codes of failures.
public enum FailureReason: String, Codable, Sendable, CaseIterable {
  case missing, unreadable
  case tooLarge = "too_large"
  case sizeMismatch = "size_mismatch"
  case countMismatch = "count_mismatch"
  case tooShort = "too_short"
  case notFinite = "not_finite"
  case modelError = "model_error"
  case outOfMemory = "out_of_memory"
  case timeout
  case hashMismatch = "hash_mismatch"
  case pathEscape = "path_escape"
}

/// An error that knows its reason code. Errors of every module that can end a clip conform.
public protocol ReasonedError: Error {
  /// The reason code that failures and records carry.
  var reason: FailureReason { get }
}
