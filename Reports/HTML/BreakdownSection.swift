internal import EvalCore

/// The sets cut by motion and by length; scores along the clip are drawn among the plots.
struct BreakdownSection {
  let model: PageModel

  var drawn: Markup {
    let shown = (model.results.breakdowns ?? []).filter { $0.kind != .frame }
    guard !shown.isEmpty else { return "" }
    return """
      <section id="strata"><h2>By motion and length</h2>
      \(shown.map(table))</section>

      """
  }

  private func table(_ breakdown: Breakdown) -> Markup {
    let table = StrataTable(breakdown, results: model.results, digits: model.digits)
    let header = table.header.enumerated().map { index, text in
      (index < 2 ? "<th scope=\"col\">\(text)</th>" : "<th scope=\"col\" class=\"num\">\(text)</th>")
        as Markup
    }
    let rows = zip(breakdown.rows, table.lines).map { row, line -> Markup in
      let values = zip(row.values, line.dropFirst(2)).enumerated().map { index, pair -> Markup in
        let (value, text) = pair
        guard let value else { return "<td class=\"none num\">\(text)</td>" }
        let interval = row.intervals.indices.contains(index) ? row.intervals[index] : nil
        let range: Markup =
          interval.map {
            "<span class=\"ci\">\(model.number($0.lower)) to \(model.number($0.upper))</span>"
          } ?? ""
        return "<td data-v=\"\(DecimalText.shortest(value))\">\(model.number(value))\(range)</td>"
      }
      return "<tr><th scope=\"row\">\(line[0])</th><td>\(line[1])</td>\(values)</tr>\n"
    }
    let caption: Markup = table.caption.isEmpty ? "" : "<p>\(table.caption)</p>"
    return """
      <h3>\(table.title)</h3>\(caption)
      <div class="scroll" tabindex="0" role="region" aria-label="\(table.title)"><table class="sortable list">\
      <thead><tr>\(header)</tr></thead><tbody>
      \(rows)</tbody></table></div>

      """
  }
}
