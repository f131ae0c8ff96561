/// What a gate asks for (schema `gate/1`).
public struct GateRules: Sendable, Hashable {
  /// The rules, all of which apply where they match.
  public var rules: [GateRule]
  /// Whether both sides must hold the same clips, or a common subset is enough.
  public var clips: ClipPolicy
  /// Whether a run over a part of a set may be judged.
  public var allowsPartial: Bool
  /// Whether values of fewer frames than feature dimensions may be judged.
  public var allowsRankDeficient: Bool

  /// Which clips are judged.
  public enum ClipPolicy: String, Sendable, Hashable, CaseIterable {
    /// The same on both sides.
    case same
    /// Those of both sides, at least 90 % of the baseline's; only for metrics that are means over clips.
    case intersection
  }

  /// Share of the baseline's clips that an intersection must keep.
  public static let smallestIntersection = 0.9

  /// Makes rules.
  public init(
    rules: [GateRule], clips: ClipPolicy = .same, allowsPartial: Bool = false,
    allowsRankDeficient: Bool = false
  ) {
    self.rules = rules
    self.clips = clips
    self.allowsPartial = allowsPartial
    self.allowsRankDeficient = allowsRankDeficient
  }
}

/// A size, absolute or as a share of the baseline's value.
public enum Amount: Sendable, Hashable, CustomStringConvertible {
  /// In the metric's own unit.
  case absolute(Double)
  /// A share of the baseline's value, 0.02 for 2 %.
  case relative(Double)

  /// Reads `0.1` or `2%`; nil when it is neither or negative.
  public init?(_ text: String) {
    let trimmed = text.filter { $0 != " " }
    if trimmed.hasSuffix("%") {
      guard let percent = Double(trimmed.dropLast()), percent >= 0, percent.isFinite else { return nil }
      self = .relative(percent / 100)
    } else {
      guard let number = Double(trimmed), number >= 0, number.isFinite else { return nil }
      self = .absolute(number)
    }
  }

  /// The size against a baseline; nil when it is a share of nothing.
  func size(of baseline: Double) -> Double? {
    switch self {
    case .absolute(let size): size
    case .relative(let share): baseline == 0 ? nil : share * abs(baseline)
    }
  }

  /// For example `2%` or `0.1`.
  public var description: String {
    switch self {
    case .absolute(let size): "\(size)"
    case .relative(let share): "\((share * 1e10).rounded() / 1e8)%"
    }
  }
}

/// One rule of a gate.
public struct GateRule: Sendable, Hashable {
  /// Quantity, set and method it holds for; `*` and `?` in the names of sets and methods.
  public var quantity: Quantity?
  /// Pattern over test sets.
  public var suite: String
  /// Pattern over methods.
  public var method: String
  /// What is asked.
  public var mode: Mode
  /// Nominal coverage of the interval of mode `ci`.
  public var level: Double
  /// Whether the rule is shown only and changes no exit code.
  public var isAdvisory: Bool
  /// Whether an improvement beyond the tolerance fails too: it often is a leaked original or a wrong folder.
  public var failsOnImprovement: Bool

  /// The kinds of rules.
  public enum Mode: Sendable, Hashable {
    /// Not worse than the baseline by more than this.
    case tolerance(Amount)
    /// Non-inferiority: the interval of the paired difference must not show worse than the margin. An
    /// interval that covers the margin is undecided.
    case interval(margin: Amount, failsUndecided: Bool)
    /// Between two limits, whatever the baseline.
    case window(low: Double, high: Double)
    /// At most this many clips worse than their own baseline by more than the amount.
    case clips(most: Int, by: Amount)

    /// The name in rules and tables.
    public var name: String {
      switch self {
      case .tolerance(.absolute): "abs"
      case .tolerance(.relative): "rel"
      case .interval: "ci"
      case .window: "window"
      case .clips: "clip"
      }
    }
  }

  /// Makes a rule. `quantity` nil holds for all metrics, not for times.
  public init(
    quantity: Quantity?, suite: String = "*", method: String = "*", mode: Mode, level: Double = 0.95,
    isAdvisory: Bool = false, failsOnImprovement: Bool = false
  ) {
    self.quantity = quantity
    self.suite = suite
    self.method = method
    self.mode = mode
    self.level = level
    self.isAdvisory = isAdvisory
    self.failsOnImprovement = failsOnImprovement
  }

  /// Whether the rule holds for a value.
  func matches(_ cell: CellEvidence) -> Bool {
    let fits = quantity.map { $0 == cell.quantity } ?? (cell.quantity != .secondsPerFrame)
    return fits && NamePattern.fits(suite, cell.suite) && NamePattern.fits(method, cell.method)
  }

  /// What the rule asks, for tables.
  public var limit: String {
    switch mode {
    case .tolerance(let amount): "not worse by more than \(amount)"
    case .interval(let margin, _): "margin \(margin) at \(level)"
    case .window(let low, let high): "\(low) to \(high)"
    case .clips(let most, let amount): "at most \(most) clips worse by more than \(amount)"
    }
  }
}

/// Names with `*` and `?`.
enum NamePattern {
  static func fits(_ pattern: String, _ name: String) -> Bool {
    let (pattern, name) = (Array(pattern), Array(name))
    // Row of the table "do the first i of the pattern fit the first j of the name".
    var fits = [true] + [Bool](repeating: false, count: name.count)
    for symbol in pattern {
      var next = [Bool](repeating: false, count: name.count + 1)
      next[0] = symbol == "*" && fits[0]
      for j in name.indices {
        next[j + 1] = symbol == "*" ? next[j] || fits[j + 1] : (symbol == "?" || symbol == name[j]) && fits[j]
      }
      fits = next
    }
    return fits[name.count]
  }
}
