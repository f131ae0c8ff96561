public import EvalCore

/// What a page shows beyond the results: scores per clip, intervals, comparisons, a gate's decision, provenance.
/// All of it is optional; the page says what is not there.
public struct PageContent: Sendable {
  /// Heading of the page and of its tab.
  public var title: String
  /// Scores of each clip of each measured row.
  public var clips: [ClipScores]
  /// Intervals of values of the tables, where they are not those of the results.
  public var intervals: [ValueInterval]
  /// Paired comparisons with another run or row.
  public var comparisons: [ComparisonLine]
  /// What a gate decided; nil when there was none.
  public var gate: GateSummary?
  /// What the clips are compared with, for example another run's name; nil when with nothing.
  public var baselineName: String?
  /// Program, machine, configuration and the like.
  public var facts: [FactGroup]
  /// What the page cannot show and why.
  public var notes: [String]

  /// Makes a content; everything may stay empty.
  public init(
    title: String = "Line art video colorization", clips: [ClipScores] = [], intervals: [ValueInterval] = [],
    comparisons: [ComparisonLine] = [], gate: GateSummary? = nil, baselineName: String? = nil,
    facts: [FactGroup] = [], notes: [String] = []
  ) {
    self.title = title
    self.clips = clips
    self.intervals = intervals
    self.comparisons = comparisons
    self.gate = gate
    self.baselineName = baselineName
    self.facts = facts
    self.notes = notes
  }
}

/// What the metrics found in one clip of one row.
public struct ClipScores: Sendable, Hashable {
  /// The test set's name.
  public var suite: String
  /// The row's name.
  public var method: String
  /// The clip.
  public var clip: String
  /// Frames of the clip.
  public var frames: Int
  /// The clip's value of each metric that has one.
  public var values: [MetricID: Double]
  /// The value of the same clip and row in what is compared with.
  public var baseline: [MetricID: Double]
  /// Values along the clip, for metrics that have them.
  public var curves: [MetricID: [FrameScore]]
  /// Frames at which the method began a new segment, where known.
  public var seams: [Int]
  /// What a reader should know about this clip.
  public var warnings: [String]

  /// Makes an entry.
  public init(
    suite: String, method: String, clip: String, frames: Int, values: [MetricID: Double],
    baseline: [MetricID: Double] = [:], curves: [MetricID: [FrameScore]] = [:], seams: [Int] = [],
    warnings: [String] = []
  ) {
    self.suite = suite
    self.method = method
    self.clip = clip
    self.frames = frames
    self.values = values
    self.baseline = baseline
    self.curves = curves
    self.seams = seams
    self.warnings = warnings
  }
}

/// A metric's value at one frame.
public struct FrameScore: Sendable, Hashable {
  /// Index in the clip.
  public var frame: Int
  /// The value.
  public var value: Double

  /// Makes a score.
  public init(frame: Int, value: Double) {
    self.frame = frame
    self.value = value
  }
}

/// The confidence interval of a value of the tables.
public struct ValueInterval: Sendable, Hashable {
  /// The test set's name.
  public var suite: String
  /// The row's name.
  public var method: String
  /// The metric.
  public var metric: MetricID
  /// Lower end.
  public var lower: Double
  /// Upper end.
  public var upper: Double
  /// Nominal coverage, 0…1.
  public var level: Double

  /// Makes an interval.
  public init(
    suite: String, method: String, metric: MetricID, lower: Double, upper: Double, level: Double
  ) {
    self.suite = suite
    self.method = method
    self.metric = metric
    self.lower = lower
    self.upper = upper
    self.level = level
  }
}

/// One line of a paired comparison. Numbers that were not computed are nil.
public struct ComparisonLine: Sendable, Hashable {
  /// The test set's name.
  public var suite: String
  /// The new row's name.
  public var method: String
  /// The column's name without arrow.
  public var label: String
  /// The value compared with.
  public var old: Double?
  /// The new value.
  public var new: Double?
  /// Ends of the interval of `new - old`.
  public var interval: ClosedRange<Double>?
  /// Probability of such a difference under none, adjusted for the number of lines.
  public var probability: Double?
  /// `better`, `worse`, `equivalent`, `inconclusive`.
  public var verdict: String
  /// Why something is missing.
  public var note: String?

  /// Makes a line.
  public init(
    suite: String, method: String, label: String, old: Double?, new: Double?,
    interval: ClosedRange<Double>? = nil, probability: Double? = nil, verdict: String, note: String? = nil
  ) {
    self.suite = suite
    self.method = method
    self.label = label
    self.old = old
    self.new = new
    self.interval = interval
    self.probability = probability
    self.verdict = verdict
    self.note = note
  }
}

/// A gate's decision.
public struct GateSummary: Sendable, Hashable {
  /// How one rule ended.
  public enum Outcome: String, Sendable, Hashable {
    case passed, undecided, failed
    case incomparable = "cannot be compared"
  }

  /// One rule applied to one value.
  public struct Finding: Sendable, Hashable {
    /// Test set, row and quantity.
    public var place: String
    /// What the rule asks.
    public var limit: String
    /// What was found.
    public var detail: String
    /// How it ended.
    public var outcome: Outcome
    /// Whether it changes no exit code.
    public var isAdvisory: Bool

    /// Makes a finding.
    public init(place: String, limit: String, detail: String, outcome: Outcome, isAdvisory: Bool = false) {
      self.place = place
      self.limit = limit
      self.detail = detail
      self.outcome = outcome
      self.isAdvisory = isAdvisory
    }
  }

  /// The decision.
  public var outcome: Outcome
  /// All findings.
  public var findings: [Finding]

  /// Makes a summary.
  public init(outcome: Outcome, findings: [Finding]) {
    self.outcome = outcome
    self.findings = findings
  }
}

/// Facts under a common heading, in order.
public struct FactGroup: Sendable, Hashable {
  /// One fact.
  public struct Fact: Sendable, Hashable {
    /// What it is about.
    public var name: String
    /// What is so.
    public var value: String

    /// Makes a fact.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The heading.
  public var title: String
  /// The facts.
  public var facts: [Fact]

  /// Makes a group.
  public init(title: String, facts: [Fact]) {
    self.title = title
    self.facts = facts
  }
}
