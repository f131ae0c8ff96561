internal import EvalCore
internal import Statistics

extension GateRule {
  /// Judges one value; equality with a limit passes.
  func judge(_ pair: Gate.Pair, into finding: inout GateFinding) {
    let line = pair.line
    // Positive: worse.
    let isLower = line.quantity.polarity == .lowerIsBetter
    let loss = isLower ? line.difference : -line.difference
    let words = "\(Self.text(abs(loss))) \(loss > 0 ? "worse" : loss < 0 ? "better" : "different")"
    finding.detail = loss == 0 ? "equal" : words
    switch mode {
    case .tolerance(let amount):
      guard let size = amount.size(of: line.old) else {
        return finding.fail(.incomparable, "a share of a baseline of 0 says nothing; use mode abs")
      }
      if Self.exceeds(loss, size, scale: line.old) {
        finding.fail(.regression, "\(words), allowed \(Self.text(size))")
      } else if failsOnImprovement, Self.exceeds(-loss, size, scale: line.old) {
        finding.fail(
          .outside,
          "\(words), more than \(Self.text(size)): check for leaked originals, or update the baseline")
      }
    case .interval(let margin, let failsUndecided):
      judgeInterval(line, isLower: isLower, margin: margin, failsUndecided: failsUndecided, into: &finding)
    case .window(let low, let high):
      finding.detail = "inside"
      if line.new < low || line.new > high {
        finding.fail(.outside, "\(Self.text(line.new)) lies outside \(Self.text(low)) to \(Self.text(high))")
      }
    case .clips(let most, let amount):
      judgeClips(pair, isLower: isLower, most: most, amount: amount, into: &finding)
    }
  }

  private func judgeInterval(
    _ line: PairedDifference, isLower: Bool, margin: Amount, failsUndecided: Bool,
    into finding: inout GateFinding
  ) {
    guard let size = margin.size(of: line.old) else {
      return finding.fail(.incomparable, "a share of a baseline of 0 says nothing; name an absolute margin")
    }
    guard let interval = line.interval else {
      return finding.fail(.incomparable, line.note ?? "no interval")
    }
    finding.interval = interval
    let loss = isLower ? interval : interval.negated
    let range = "between \(Self.text(loss.lower)) and \(Self.text(loss.upper)) worse"
    if loss.lower > size {
      finding.fail(.regression, "\(range), margin \(Self.text(size))")
    } else if loss.upper <= size {
      finding.detail = "\(range), within the margin \(Self.text(size))"
      if failsOnImprovement, loss.upper < -size {
        finding.fail(
          .outside, "\(range): better beyond the margin; check for leaked originals, or update the baseline")
      }
    } else {
      let detail = "\(range) covers the margin \(Self.text(size)): more clips are needed to decide"
      finding.fail(failsUndecided ? .regression : .undecided, detail)
    }
  }

  private func judgeClips(
    _ pair: Gate.Pair, isLower: Bool, most: Int, amount: Amount, into finding: inout GateFinding
  ) {
    guard !pair.clips.isEmpty else {
      return finding.fail(.incomparable, "this quantity has no values per clip")
    }
    var worse: [(id: String, loss: Double)] = []
    for clip in pair.clips {
      guard let size = amount.size(of: clip.old) else {
        return finding.fail(
          .incomparable, "clip \(clip.id): a share of a baseline of 0 says nothing; use an absolute amount")
      }
      let loss = isLower ? clip.new - clip.old : clip.old - clip.new
      if Self.exceeds(loss, size, scale: clip.old) { worse.append((clip.id, loss)) }
    }
    worse.sort { ($1.loss, $0.id) < ($0.loss, $1.id) }
    let names = worse.prefix(5).map { "\($0.id) by \(Self.text($0.loss))" }.joined(separator: ", ")
    finding.detail = "\(worse.count) of \(pair.clips.count) clips worse\(names.isEmpty ? "" : ": \(names)")"
    if worse.count > most { finding.outcome = .regression }
  }

  /// Whether `loss` is beyond `size` by more than the rounding of the values it was formed from.
  private static func exceeds(_ loss: Double, _ size: Double, scale: Double) -> Bool {
    loss - size > 1e-12 * max(abs(scale), abs(size))
  }

  static func text(_ value: Double) -> String {
    let digits = 1e6
    let rounded = (value * digits).rounded() / digits
    return rounded == 0 && value != 0 ? "\(value)" : "\(rounded)"
  }
}
