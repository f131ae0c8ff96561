internal import EvalCore

/// What all sections of a page look things up in.
struct PageModel {
  let results: RunResults
  let content: PageContent
  let options: ReportOptions
  /// Rows in report order.
  let methods: [MethodIdentity]
  private let styles: [String: Int]
  private let intervals: [Place: ValueInterval]
  private let scores: [CellPlace: [ClipScores]]

  private struct Place: Hashable {
    var suite: String
    var method: String
    var metric: MetricID
  }

  private struct CellPlace: Hashable {
    var suite: String
    var method: String
  }

  init(_ unchecked: RunResults, content: PageContent, options: ReportOptions) {
    results = unchecked.withoutNonFiniteValues
    self.content = content
    var options = options
    // The page sets intervals below the values, always.
    options.showsIntervals = false
    self.options = options
    var methods: [MethodIdentity] = []
    for cell in results.cells
    where !methods.contains(where: { $0.name == cell.method.name && $0.kind == cell.method.kind }) {
      methods.append(cell.method)
    }
    self.methods = methods
    let styled = methods.filter { $0.kind != .oracle && $0.kind != .published }.map(\.name)
    styles = Dictionary(styled.enumerated().map { ($1, $0) }) { first, _ in first }
    var intervals: [Place: ValueInterval] = [:]
    for cell in results.cells where cell.method.kind != .published {
      for (id, summary) in cell.values {
        guard let interval = summary.interval else { continue }
        intervals[Place(suite: cell.suite, method: cell.method.name, metric: id)] = ValueInterval(
          suite: cell.suite, method: cell.method.name, metric: id, lower: interval.lower,
          upper: interval.upper, level: interval.level)
      }
    }
    for interval in content.intervals {
      intervals[Place(suite: interval.suite, method: interval.method, metric: interval.metric)] = interval
    }
    self.intervals = intervals.filter { $0.value.lower.isFinite && $0.value.upper.isFinite }
    scores = Dictionary(grouping: content.clips) { CellPlace(suite: $0.suite, method: $0.method) }
  }

  /// Rows that were measured here, the oracle last.
  var measured: [MethodIdentity] {
    methods.filter { $0.kind != .published && $0.kind != .oracle } + methods.filter { $0.kind == .oracle }
  }

  /// Metrics that have a measured value somewhere.
  var metrics: [MetricColumn] {
    results.metrics.filter { column in
      results.cells.contains { $0.method.kind != .published && $0.values[column.id]?.value != nil }
    }
  }

  /// Number of decimals of metric values.
  var digits: Int { options.digits }

  func title(_ suite: String) -> String {
    let title = results.suites.first { $0.name == suite }?.title ?? ""
    return title.isEmpty ? suite : title
  }

  func cell(suite: String, method: MethodIdentity) -> Cell? {
    results.cells.first {
      $0.suite == suite && $0.method.name == method.name && $0.method.kind == method.kind
    }
  }

  func interval(suite: String, method: String, metric: MetricID) -> ValueInterval? {
    intervals[Place(suite: suite, method: method, metric: metric)]
  }

  func clips(suite: String, method: String) -> [ClipScores] {
    scores[CellPlace(suite: suite, method: method)] ?? []
  }

  /// The class that gives a row its colour and mark: `s0`…`s7`, `so` for the oracle, `sp` for published rows.
  func style(_ method: MethodIdentity) -> String {
    switch method.kind {
    case .oracle: "so"
    case .published: "sp"
    case .colorizer, .external: "s\((styles[method.name] ?? 0) % 8)"
    }
  }

  /// A row's mark, so that colour is never the only difference.
  func shape(_ method: MethodIdentity) -> PlotMark {
    switch method.kind {
    case .oracle, .published: .bar
    case .colorizer, .external: PlotMark.cycle[(styles[method.name] ?? 0) % PlotMark.cycle.count]
    }
  }

  func number(_ value: Double) -> String { DecimalText.fixed(value, digits: digits) }
}
