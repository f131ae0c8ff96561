public import EvalCore
public import Statistics

/// One line of a comparison: a value before and after, over the same clips.
public struct PairedDifference: Codable, Sendable, Hashable {
  /// The test set's name.
  public var suite: String
  /// The first row's name.
  public var oldMethod: String
  /// The second row's name.
  public var newMethod: String
  /// What was measured.
  public var quantity: Quantity
  /// Column name.
  public var label: String
  /// The first value.
  public var old: Double
  /// The second value.
  public var new: Double
  /// Clips in both.
  public var clips: Int
  /// Interval of `new - old`, clips resampled together; nil with a reason in `note`.
  public var interval: Interval?
  /// Probability of such a difference under none; nil where no test can be made.
  public var probability: Double?
  /// `probability` after Holm's adjustment over all lines.
  public var adjustedProbability: Double?
  /// Share of clips whose second value is better, 0…1; ties count half.
  public var shareBetter: Double?
  /// The finding in a word.
  public var verdict: Verdict
  /// Why something is missing, or what was overridden.
  public var note: String?

  /// `new - old`.
  public var difference: Double { new - old }
}

/// Why two values cannot be compared.
public enum IncomparableReason: Error, Sendable, Hashable, CustomStringConvertible {
  /// One side lacks the value.
  case missing(place: String, side: String, detail: String)
  /// The signatures differ.
  case signature(place: String, difference: SignatureDifference)
  /// The test sets are not the same.
  case suite(name: String, detail: String)
  /// No row of one is a row of the other.
  case noCommonRow(old: [String], new: [String])

  /// Place, found, expected, fix.
  public var description: String {
    switch self {
    case .missing(let place, let side, let detail): "\(place): no value in the \(side) (\(detail))"
    case .signature(let place, let difference):
      "\(place): unequal signatures (\(difference)); measure both the same way, or --allow-mismatch FIELD"
    case .suite(let name, let detail): "test set \(name): \(detail); compare runs over the same clips"
    case .noCommonRow(let old, let new):
      "no row in common: \(old.joined(separator: ", ")) against \(new.joined(separator: ", ")); "
        + "name them with --row-a and --row-b"
    }
  }
}

/// Compares rows of two runs over the same clips.
public struct PairedComparison: Sendable {
  /// How resampling is done.
  public var settings = ResamplingSettings()
  /// Signature fields that may differ.
  public var allowedMismatches: Set<String> = []
  /// Sizes of differences that do not matter, by quantity.
  public var margins: [Quantity: Double] = [:]

  /// A comparison with the default settings.
  public init() {}

  /// All lines of `pairs` of row names over the sets that both have, in report order, probabilities adjusted
  /// together.
  ///
  /// Quantities that neither side has a value for are left out. Throws `IncomparableReason`.
  public func differences(
    _ old: Evidence, _ new: Evidence, pairs: [(old: String, new: String)]
  ) throws(IncomparableReason) -> [PairedDifference] {
    let suites = old.suites.filter { suite in new.suites.contains { $0.name == suite.name } }
    guard !suites.isEmpty, !pairs.isEmpty else { throw .noCommonRow(old: old.methods, new: new.methods) }
    var lines: [PairedDifference] = []
    for suite in suites {
      let clips = try commonClips(suite, in: new)
      for pair in pairs {
        let quantities = Set(
          (old.cells + new.cells).filter {
            $0.suite == suite.name && [pair.old, pair.new].contains($0.method)
          }
          .map(\.quantity))
        for quantity in quantities.sorted() {
          let before = old.cell(suite: suite.name, method: pair.old, quantity: quantity)
          let after = new.cell(suite: suite.name, method: pair.new, quantity: quantity)
          if before?.value == nil && after?.value == nil { continue }
          lines.append(
            try line(before, after, clips: clips, place: "\(pair.new), \(suite.name), \(quantity)"))
        }
      }
    }
    return adjusted(lines)
  }

  /// Positions of the clips; both sides must have the same.
  private func commonClips(_ suite: SuiteEvidence, in new: Evidence) throws(IncomparableReason) -> Int {
    guard let other = new.suites.first(where: { $0.name == suite.name }) else {
      throw .suite(name: suite.name, detail: "missing on one side")
    }
    guard other.clips == suite.clips else {
      let missing = Set(suite.clips).symmetricDifference(other.clips).sorted()
      throw .suite(
        name: suite.name,
        detail: "\(missing.count) clips are on one side only (\(missing.prefix(3).joined(separator: ", ")))")
    }
    guard other.hash == suite.hash || allowedMismatches.contains("set") else {
      throw .suite(
        name: suite.name,
        detail: "hash \(suite.hash.prefix(12)) against \(other.hash.prefix(12)), the frames differ")
    }
    return suite.clips.count
  }

  /// One line without adjusted probability; throws when the values cannot be compared.
  public func line(
    _ old: CellEvidence?, _ new: CellEvidence?, clips: Int, place: String
  ) throws(IncomparableReason) -> PairedDifference {
    guard let old, let before = old.value else {
      throw .missing(place: place, side: "baseline", detail: old?.reason ?? "not measured")
    }
    guard let new, let after = new.value else {
      throw .missing(place: place, side: "new run", detail: new?.reason ?? "not measured")
    }
    let unequal = SignatureDifference(old.signature, new.signature)
    let difference = SignatureDifference(old.signature, new.signature, ignoring: allowedMismatches)
    guard difference.isEmpty else { throw .signature(place: place, difference: difference) }
    var line = PairedDifference(
      suite: new.suite, oldMethod: old.method, newMethod: new.method, quantity: new.quantity,
      label: new.label,
      old: before, new: after, clips: clips, verdict: .inconclusive,
      note: unequal.isEmpty ? nil : "overridden: \(unequal)")
    measure(&line, old, new)
    return line
  }

  private func measure(_ line: inout PairedDifference, _ old: CellEvidence, _ new: CellEvidence) {
    let pairs = zip(old.clipValues, new.clipValues).compactMap { a, b in a.flatMap { a in b.map { (a, $0) } }
    }
    if !pairs.isEmpty, old.clipValues.count == new.clipValues.count {
      let differences = pairs.map { $1 - $0 }
      line.clips = pairs.count
      line.interval = interval(pairs, quantity: line.quantity, difference: line.difference)
      line.probability = PairedTest.permutation(differences, settings: settings)
      let polarity = line.quantity.polarity
      let better = pairs.reduce(0.0) {
        $0 + ($1.0 == $1.1 ? 0.5 : polarity.isBetter($1.1, than: $1.0) ? 1 : 0)
      }
      line.shareBetter = better / Double(pairs.count)
    } else if old.influences.count == new.influences.count, !old.influences.isEmpty {
      let differences = zip(old.influences, new.influences).map { $1 - $0 }
      let error = InfluenceError.standardError(differences)
      line.clips = differences.count
      line.interval = InfluenceError.interval(
        of: line.difference, influences: differences, settings: settings)
      if line.interval != nil {
        line.probability = PairedTest.normal(difference: line.difference, standardError: error)
      }
    } else {
      line.add(note: "a value of the whole set without influences per clip: no interval")
    }
    if line.interval == nil, line.clips < StatisticalLimits.fewestClips {
      line.add(note: "\(line.clips) clips, fewer than \(StatisticalLimits.fewestClips): no interval")
    }
  }

  /// The interval of the difference of the values, clips resampled together.
  private func interval(_ pairs: [(Double, Double)], quantity: Quantity, difference: Double) -> Interval? {
    if quantity == .secondsPerFrame {
      return CentredBootstrap.interval(clips: pairs.count, settings: settings) { picked in
        Median.of(picked.map { pairs[$0].1 }) - Median.of(picked.map { pairs[$0].0 })
      }
    }
    let differences = pairs.map { $1 - $0 }
    guard let interval = ClipBootstrap.mean(differences, settings: settings) else { return nil }
    // Where a metric's pooling is not the mean over clips, the spread is that of the mean, about the pooled
    // difference.
    let shift = difference - differences.reduce(0, +) / Double(differences.count)
    let isMean = abs(shift) <= 1e-9 * max(abs(difference), pairs.reduce(0) { max($0, abs($1.0), abs($1.1)) })
    return isMean
      ? interval : Interval(interval.lower + shift, interval.upper + shift, level: interval.level)
  }

  /// Holm's adjustment over `lines`, and the verdicts that follow.
  public func adjusted(_ lines: [PairedDifference]) -> [PairedDifference] {
    var lines = lines
    let tested = lines.indices.filter { lines[$0].probability != nil }
    let adjusted = Holm.adjusted(tested.compactMap { lines[$0].probability })
    for (index, probability) in zip(tested, adjusted) { lines[index].adjustedProbability = probability }
    for index in lines.indices {
      lines[index].verdict = Verdict(
        interval: lines[index].interval, adjustedProbability: lines[index].adjustedProbability,
        polarity: lines[index].quantity.polarity, margin: margins[lines[index].quantity] ?? 0)
    }
    return lines
  }
}

extension PairedDifference {
  mutating func add(note text: String) { note = note.map { "\($0); \(text)" } ?? text }
}
