/// Everything a report is made from: the cells of one run. Byte-identical for identical results; holds no dates.
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

  /// Makes a document.
  public init(
    protocolName: String, metrics: [MetricColumn], suites: [SuiteSummary], cells: [Cell],
    failures: [ClipFailure] = [], notes: [String] = []
  ) {
    self.protocolName = protocolName
    self.metrics = metrics
    self.suites = suites
    self.cells = cells
    self.failures = failures
    self.notes = notes
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

  /// Makes a summary.
  public init(name: String, title: String, clips: Int, frames: Int, hash: String, licence: String) {
    self.name = name
    self.title = title
    self.clips = clips
    self.frames = frames
    self.hash = hash
    self.licence = licence
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
  /// Inference time relative to o = 0 as the paper's Table 3 prints it; nil where it does not apply.
  public var relativeTime: Double?
  /// Signature of the values' origin where it is not that of the columns (published rows).
  public var source: String?

  /// Makes a cell.
  public init(
    method: MethodIdentity, suite: String, values: [MetricID: MetricSummary], clips: Int,
    secondsPerFrame: Double? = nil, relativeTime: Double? = nil, source: String? = nil
  ) {
    self.method = method
    self.suite = suite
    self.values = values
    self.clips = clips
    self.secondsPerFrame = secondsPerFrame
    self.relativeTime = relativeTime
    self.source = source
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
