internal import EvalCore

/// What stands behind the numbers: rows, test sets, signatures, counts, protocol, machine.
struct SourceSection {
  let model: PageModel

  var drawn: Markup {
    """
    <section id="sources"><h2>Behind the numbers</h2>
    \(rows)\(suites)\(signatures)\(counts)\(facts)</section>

    """
  }

  private var rows: Markup {
    guard !model.methods.isEmpty else { return "" }
    let items = model.methods.map { method -> Markup in
      let settings = method.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      let text: Markup = settings.isEmpty ? "" : "<br/><code>\(settings.joined(separator: " "))</code>"
      let source = model.results.cells.first { $0.method == method && $0.source != nil }?.source
      let provenance = method.provenance.isEmpty ? "provenance not stated" : method.provenance
      return """
        <div><dt>\(method.name)\(method.kind == .published ? " †" : "")</dt><dd>\(method.kind.rawValue), \(provenance)\
        \(source.map { "; quoted from \($0)" } ?? "")\(text)</dd></div>

        """
    }
    return "<h3>Rows</h3><dl class=\"facts\">\(items)</dl>\n"
  }

  private var suites: Markup {
    guard !model.results.suites.isEmpty else { return "" }
    let items = model.results.suites.map { suite -> Markup in
      let hash: Markup = suite.hash.isEmpty ? "" : "<br/><code>sha256 \(suite.hash)</code>"
      return """
        <div><dt>\(model.title(suite.name)) (\(suite.name))</dt><dd>\(suite.clips) \(suite.clips == 1 ? "clip" : "clips"), \
        \(suite.frames) frames. \(suite.licence.isEmpty ? "Licence not stated" : suite.licence)\(hash)</dd></div>

        """
    }
    return "<h3>Test sets</h3><dl class=\"facts\">\(items)</dl>\n"
  }

  private var signatures: Markup {
    guard !model.results.metrics.isEmpty else { return "" }
    let items = model.results.metrics.map { metric -> Markup in
      let state = metric.unavailability.map { "not available: \($0)" } ?? metric.comparability.rawValue
      return """
        <div><dt>\(metric.label)</dt><dd>\(state)<br/><code>\(metric.digest) \(metric.signature)</code></dd></div>

        """
    }
    return """
      <h3>Signatures</h3><p class="hint">Values are comparable only where their signatures are equal.</p>\
      <dl class="facts"><div><dt>Protocol</dt><dd><code>\(model.results.protocolName)</code></dd></div>
      \(intervals)\(items)</dl>

      """
  }

  private var intervals: Markup {
    guard let statistics = model.results.statistics else { return "" }
    return """
      <div><dt>Intervals</dt><dd>level \(DecimalText.shortest(statistics.level)), clips resampled \
      \(statistics.resamples) times, seed \("\(statistics.seed)"), generator \(statistics.generator)</dd></div>

      """
  }

  private var counts: Markup {
    let lines = ReportDocument.countLines(model.results, metrics: model.metrics, suites: model.results.suites)
    guard !lines.isEmpty else { return "" }
    return "<h3>Counts</h3><ul>\(lines.map { "<li>\($0)</li>" as Markup })</ul>\n"
  }

  private var facts: Markup {
    model.content.facts.filter { !$0.facts.isEmpty }.map { group -> Markup in
      let items = group.facts.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>\n" as Markup }
      return "<h3>\(group.title)</h3><dl class=\"facts\">\(items)</dl>\n"
    }.joined()
  }
}
