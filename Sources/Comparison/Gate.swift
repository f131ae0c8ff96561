public import EvalCore

/// What one rule found for one value.
public struct GateFinding: Sendable, Hashable {
  /// The test set's name.
  public var suite: String
  /// The row's name.
  public var method: String
  /// What was measured; nil where the whole comparison is at fault.
  public var quantity: Quantity?
  /// The rule's mode: `abs`, `rel`, `ci`, `window` or `clip`.
  public var mode: String
  /// What the rule asks.
  public var limit: String
  /// The baseline's value.
  public var old: Double?
  /// The new value.
  public var new: Double?
  /// Interval of `new - old` where the rule needs one.
  public var interval: Interval?
  /// How it ended.
  public var outcome: Outcome
  /// Whether it changes no exit code.
  public var isAdvisory: Bool
  /// What was found, in words.
  public var detail: String

  /// How a rule ended, worst last.
  public enum Outcome: String, Sendable, Hashable, CaseIterable, Comparable {
    case passed
    /// The interval is too wide to tell; let through by the rule.
    case undecided
    /// Better than the baseline by more than the tolerance, or outside a window, where that fails.
    case outside
    /// Worse.
    case regression
    /// The comparison could not be made.
    case incomparable

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    /// Worse outcomes are greater.
    public static func < (a: Outcome, b: Outcome) -> Bool { a.rank < b.rank }
  }
}

/// A gate's decision.
public struct GateDecision: Sendable, Hashable {
  /// One finding per rule and value, in report order.
  public var findings: [GateFinding]
  /// What a reader must know first, for example an override or a common subset of clips.
  public var notes: [String]

  /// The worst outcome among rules that count.
  public var outcome: GateFinding.Outcome {
    findings.filter { !$0.isAdvisory }.map(\.outcome).max() ?? .incomparable
  }

  /// 0 passed, 2 regression, 4 outside, 5 cannot compare.
  public var exitCode: Int32 {
    switch outcome {
    case .passed, .undecided: 0
    case .outside: 4
    case .regression: 2
    case .incomparable: 5
    }
  }
}

/// Judges a run against a baseline. A comparison that cannot be made never passes.
public struct Gate: Sendable {
  /// What is asked.
  public var rules: GateRules
  /// Signature fields that may differ.
  public var allowedMismatches: Set<String>
  /// How resampling is done; the level is that of each rule.
  public var settings = ResamplingSettings()

  /// A gate.
  public init(_ rules: GateRules, allowedMismatches: Set<String> = []) {
    self.rules = rules
    self.allowedMismatches = allowedMismatches
  }

  /// Every rule's finding for every value of `baseline` and `run`.
  public func judge(_ run: Evidence, baseline: Evidence) -> GateDecision {
    var notes: [String] = []
    if !allowedMismatches.isEmpty {
      notes.append(
        "signature fields allowed to differ: \(allowedMismatches.sorted().joined(separator: ", "))")
    }
    var findings: [GateFinding] = []
    if run.isPartial, !rules.allowsPartial {
      findings.append(
        .incomparable("the run covers a part of a set only; run all clips or allow partial runs"))
    }
    let places = places(run, baseline)
    if places.isEmpty { findings.append(.incomparable("nothing was measured in the baseline or in the run")) }
    var subsets: [String: Result<ClipSubset, IncomparableReason>] = [:]
    for place in places {
      let subset =
        subsets[place.suite]
        ?? ClipSubset.find(run, baseline, suite: place.suite, policy: rules.clips, allowed: allowedMismatches)
      subsets[place.suite] = subset
      findings += judge(place, run, baseline, subset)
    }
    for (suite, subset) in subsets.sorted(by: { $0.key < $1.key }) {
      if case .success(let common) = subset, !common.leftOut.isEmpty {
        notes.append(
          "\(suite): judged over \(common.old.count) common clips; left out: \(common.leftOut.joined(separator: ", "))"
        )
      }
    }
    for rule in rules.rules where !places.contains(where: { rule.matches($0) }) {
      let name = rule.quantity.map { "\($0)" } ?? "any metric"
      var finding = GateFinding.incomparable(
        "no value of \(name) for set '\(rule.suite)' and method '\(rule.method)' in the baseline or the run")
      finding.isAdvisory = rule.isAdvisory
      finding.mode = rule.mode.name
      findings.append(finding)
    }
    return GateDecision(findings: findings, notes: notes)
  }

  /// Every place with a value on either side, in report order.
  private func places(_ run: Evidence, _ baseline: Evidence) -> [CellEvidence] {
    var places: [CellEvidence] = []
    for cell in baseline.cells + run.cells where cell.value != nil {
      let isKnown = places.contains {
        $0.suite == cell.suite && $0.method == cell.method && $0.quantity == cell.quantity
      }
      if !isKnown { places.append(cell) }
    }
    return places
  }

  private func judge(
    _ place: CellEvidence, _ run: Evidence, _ baseline: Evidence,
    _ subset: Result<ClipSubset, IncomparableReason>
  ) -> [GateFinding] {
    let matching = rules.rules.filter { $0.matches(place) }
    let old = baseline.cell(suite: place.suite, method: place.method, quantity: place.quantity)
    let new = run.cell(suite: place.suite, method: place.method, quantity: place.quantity)
    guard !matching.isEmpty else {
      // Times are judged only where a rule asks for them.
      guard place.quantity != .secondsPerFrame else { return [] }
      return [.incomparable("no rule holds for this value; add one for '\(place.quantity)'", at: place)]
    }
    return matching.map { rule in
      var finding = GateFinding(
        suite: place.suite, method: place.method, quantity: place.quantity, mode: rule.mode.name,
        limit: rule.limit,
        old: old?.value, new: new?.value, interval: nil, outcome: .passed, isAdvisory: rule.isAdvisory,
        detail: "")
      do {
        let common = try subset.get()
        let pair = try Self.compared(
          old, new, common, place: place, settings: settings(rule), allowed: allowedMismatches)
        finding.old = pair.line.old
        finding.new = pair.line.new
        if pair.isRankDeficient, !rules.allowsRankDeficient {
          finding.fail(.incomparable, "fewer frames than feature dimensions (rank-deficient)")
        } else {
          rule.judge(pair, into: &finding)
        }
      } catch {
        finding.fail(.incomparable, "\(error)")
      }
      return finding
    }
  }

  private func settings(_ rule: GateRule) -> ResamplingSettings {
    var settings = settings
    settings.level = rule.level
    return settings
  }

  /// A baseline value and a new one, over the clips of both.
  struct Pair {
    let line: PairedDifference
    /// Per-clip values of both sides, where there are any.
    let clips: [(id: String, old: Double, new: Double)]
    let isRankDeficient: Bool
  }

  private static func compared(
    _ old: CellEvidence?, _ new: CellEvidence?, _ common: ClipSubset, place: CellEvidence,
    settings: ResamplingSettings, allowed: Set<String>
  ) throws(IncomparableReason) -> Pair {
    let name = "\(place.method), \(place.suite), \(place.quantity)"
    let before = try common.restrict(old, to: common.old, place: name, side: "baseline")
    let after = try common.restrict(new, to: common.new, place: name, side: "new run")
    var comparison = PairedComparison()
    comparison.settings = settings
    comparison.allowedMismatches = allowed
    let line = try comparison.line(before, after, clips: common.old.count, place: name)
    var clips: [(id: String, old: Double, new: Double)] = []
    for (index, id) in common.ids.enumerated()
    where index < (before?.clipValues.count ?? 0) && index < (after?.clipValues.count ?? 0) {
      if let a = before?.clipValues[index], let b = after?.clipValues[index] { clips.append((id, a, b)) }
    }
    return Pair(
      line: line, clips: clips,
      isRankDeficient: before?.isRankDeficient == true || after?.isRankDeficient == true)
  }
}

extension GateFinding {
  static func incomparable(_ detail: String, at place: CellEvidence? = nil) -> GateFinding {
    GateFinding(
      suite: place?.suite ?? "", method: place?.method ?? "", quantity: place?.quantity, mode: "",
      limit: "", old: nil, new: nil, interval: nil, outcome: .incomparable, isAdvisory: false, detail: detail)
  }

  mutating func fail(_ outcome: Outcome, _ detail: String) {
    self.outcome = outcome
    self.detail = detail
  }
}
