internal import EvalCore

/// All drawings that are about whole test sets.
struct PlotSection {
  let model: PageModel

  var drawn: Markup {
    var body = Markup.empty
    for suite in model.results.suites {
      let summaries = model.metrics.compactMap {
        SummaryPlot(model: model, suite: suite.name, metric: $0).figure
      }
      let along = model.metrics.compactMap { FramePlot.mean(model, suite: suite.name, metric: $0) }
      let distributions = model.metrics.compactMap {
        DistributionPlot(model: model, suite: suite.name, metric: $0).figure
      }
      if summaries.isEmpty && along.isEmpty && distributions.isEmpty { continue }
      body += "<h3>\(model.title(suite.name))</h3>\n"
      if !summaries.isEmpty { body += "<div class=\"cards\">\(summaries)</div>\n" }
      if !along.isEmpty { body += "\(PlotPiece.legend(lined, model))<div class=\"cards\">\(along)</div>\n" }
      if !distributions.isEmpty { body += "<div class=\"cards\">\(distributions)</div>\n" }
    }
    let times = quality
    if !times.isEmpty { body += "<h3>Quality against time</h3>\n<div class=\"cards\">\(times)</div>\n" }
    guard !body.isEmpty else { return "" }
    return "<section id=\"plots\"><h2>Plots</h2>\n\(body)</section>\n"
  }

  private var lined: [MethodIdentity] { model.measured.filter { $0.kind != .oracle } }

  private var quality: [Markup] {
    var names: [String] = []
    for cell in model.results.cells where cell.relativeTime != nil && !names.contains(cell.suite) {
      names.append(cell.suite)
    }
    return names.flatMap { suite in
      MetricID.allCases.compactMap { TimePlot(model: model, suite: suite, metric: $0).figure }
    }
  }
}
