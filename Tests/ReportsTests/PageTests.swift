import Baselines
import EvalCore
import Foundation
import Hashing
import Reports
import Testing

@Suite struct PageTests {
  @Test func everyKindOfPageIsWellFormed() throws {
    var gated = PageSamples.content(baseline: true)
    gated.gate = GateSummary(
      outcome: .failed,
      findings: [
        .init(place: "similar a PSNR", limit: "0.1 abs", detail: "28 after 29", outcome: .failed),
        .init(
          place: "similar b PSNR", limit: "0.1 abs", detail: "27 after 27", outcome: .passed, isAdvisory: true
        ),
      ])
    gated.comparisons = [
      ComparisonLine(
        suite: "similar", method: "a", label: "PSNR", old: 29, new: 28, interval: -1.5 ... -0.5,
        probability: 0.001,
        verdict: "worse")
    ]
    gated.intervals = [
      ValueInterval(suite: "similar", method: "a", metric: .psnr, lower: 27.25, upper: 28.75, level: 0.95)
    ]
    let pages = [
      try PageSamples.page(), try PageSamples.page(PageSamples.results(), gated),
      try PageSamples.page(Samples.mixedRun(), PageContent(), layout: .table1),
      try Reports.render(try PublishedTables.paper().results(table: 3), format: .html, layout: .table3),
      try PageSamples.page(PageSamples.results(), PageContent(), pictures: nil),
    ]
    for page in pages { try PageDocument(page).check() }
    let gatedPage = try PageDocument(pages[1])
    #expect(gatedPage.text(id: "alerts").contains("✗ failed"))
    #expect(gatedPage.text(id: "results").contains("27.2500 to 28.7500"))
    #expect(gatedPage.text(id: "comparison").contains("-1.5000 to -0.5000"))
    #expect(gatedPage.all("span").contains { $0.attributes["class"] == "verdict worse" })
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    let first = try PageSamples.page()
    let second = try PageSamples.page()
    #expect(first == second)
  }

  /// Only the script that belongs to the page may run, and nothing may be loaded.
  @Test func theScriptIsPinned() throws {
    let document = try PageDocument(PageSamples.page())
    let policy = try #require(document.all("meta").first { $0.attributes["http-equiv"] != nil })
    let digest = Data(SHA256Digest(of: document.script.utf8).bytes).base64EncodedString()
    let content = try #require(policy.attributes["content"])
    #expect(content.contains("default-src 'none'") && content.contains("script-src 'sha256-\(digest)'"))
    #expect(!document.script.contains("</") && !document.script.contains("http"))
  }

  // MARK: - Order and content

  @Test func failuresComeFirst() throws {
    let document = try PageDocument(PageSamples.page(Samples.firstRun(), PageContent(), layout: .table1))
    let sections = document.all("section").compactMap { $0.attributes["id"] }
    #expect(sections.first == "alerts" && sections.contains("results"))
    #expect(document.text(id: "alerts").contains("55 frames found, 59 expected"))
  }

  @Test func theWorstClipComesFirstAndRowsTakeTurns() throws {
    let document = try PageDocument(PageSamples.page(options: PageOptions(gallery: .first(5))))
    let articles = document.all("article")
    #expect(articles.map { $0.attributes["data-row"] } == ["a", "b", "a", "b", "a"])
    #expect(
      articles.map { $0.attributes["data-suite"] } == ["similar", "similar", "general", "general", "similar"])
    #expect(document.all("h3").filter { $0.path.last == "header" }.map(\.text).first == "1 scene/c4")
    #expect(articles.first?.text.contains("Frame 5, the worst by PSNR.") == true)
    #expect(document.text(id: "gallery").contains("5 of 20 entries are shown."))
    // The list links to what the gallery shows.
    #expect(document.all("a").filter { $0.path.contains("tbody") }.count == 5)
  }

  @Test func theMostRegressedClipComesFirst() throws {
    let document = try PageDocument(
      PageSamples.page(PageSamples.results(), PageSamples.content(baseline: true)))
    #expect(document.all("h3").filter { $0.path.last == "header" }.map(\.text).first == "1 scene/c0")
    #expect(document.text(id: "g1").contains("-5.0000 worse"))
    #expect(document.text(id: "clips").contains("Δ PSNR"))
  }

  @Test func table3IsDrawnAgainstTime() throws {
    let paper = try PublishedTables.paper().results(table: 3)
    let document = try PageDocument(Reports.render(paper, format: .html, layout: .table3))
    let drawings = document.all("svg").compactMap { $0.attributes["aria-label"] }.filter {
      $0.contains("against inference time")
    }
    #expect(drawings.count == 5)
    #expect(drawings.first?.contains("time 1.40") == true && drawings.first?.contains("time 3.50") == true)
  }

  @Test func plotsNameSeams() throws {
    let document = try PageDocument(PageSamples.page())
    #expect(document.all("path").contains { $0.attributes["class"] == "seam" })
    #expect(document.text(id: "plots").contains("a new segment begins"))
  }

  // MARK: - What is not there

  @Test func anEmptyRun() throws {
    let document = try PageDocument(PageSamples.page(Samples.results([], suites: []), PageContent()))
    try document.check()
    #expect(document.text(id: "results").contains("holds no row"))
    #expect(document.text(id: "gallery").contains("No clip of a measured row has scores."))
  }

  @Test func aRunInWhichEverythingFailed() throws {
    var results = Samples.results([Samples.cell("a", "similar", [:], clips: 0)])
    results.failures = (0..<300).map {
      ClipFailure(
        suite: "similar", clip: "c\($0)", method: "a", stage: "colorize", reason: .modelError, message: "no")
    }
    results.cells[0].values[.psnr] = MetricSummary(value: .nan, reason: nil, clips: 0, frames: 0)
    let page = try PageSamples.page(results, PageContent(), layout: .table1)
    let document = try PageDocument(page)
    try document.check()
    #expect(
      document.text(id: "alerts").contains("Failures: 300")
        && document.text(id: "alerts").contains("and 280 more"))
    #expect(!document.all("td").contains { $0.attributes["data-v"] != nil })
  }

  @Test func missingFramesAreNamed() throws {
    let gone = PageSamples.Pictures(failure: "/data/<x>/out: does not exist; check the path")
    let document = try PageDocument(PageSamples.page(pictures: gone))
    try document.check()
    #expect(document.all("img").isEmpty)
    #expect(document.text(id: "gallery").contains("The frames of 20 entries are not there:"))
    #expect(document.text(id: "gallery").contains("20 times: /data/<x>/out: does not exist; check the path"))
    let partial = try PageDocument(PageSamples.page(pictures: PageSamples.Pictures(notes: ["sketch (gone)"])))
    #expect(partial.text(id: "g1").contains("Not shown: sketch (gone)."))
  }

  // MARK: - Size

  @Test(arguments: [400_000, 1_000_000, 3_000_000])
  func theSizeIsKept(limit: Int) throws {
    let pictures = PageSamples.Pictures(size: 4000)
    let page = try PageSamples.page(pictures: pictures, options: PageOptions(gallery: .all, sizeLimit: limit))
    #expect(page.utf8.count <= limit)
    let document = try PageDocument(page)
    try document.check()
    #expect(!document.all("article").isEmpty)
    #expect(document.text(id: "gallery").contains("because the page is limited to"))
  }

  @Test func aLongListIsCutWithANote() throws {
    let page = try PageSamples.page(
      PageSamples.results(clips: 4000), PageSamples.content(clips: 4000),
      options: PageOptions(sizeLimit: 2_000_000))
    #expect(page.utf8.count <= 2_000_000)
    #expect(try PageDocument(page).text(id: "clips").contains("left out here"))
  }

  @Test func anImpossibleSizeIsAnError() throws {
    #expect(throws: ReportError.self) { try PageSamples.page(options: PageOptions(sizeLimit: 20_000)) }
  }

  // MARK: - Hostile text

  @Test(arguments: [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='x",
    "</title></style></script><b>",
    "javascript:alert(1)", "&lt;b&gt; &#60;", "]]><!--", "a\u{0}b\u{1B}[31m\u{202E}c\u{FFFF}",
    "../../etc\n<svg onload=x>",
  ])
  func namesCannotBecomeMarkup(name: String) throws {
    var results = PageSamples.results()
    for index in results.cells.indices where results.cells[index].method.name == "a" {
      results.cells[index].method.name = name
      results.cells[index].method.provenance = name
      results.cells[index].method.settings = [name: name]
      results.cells[index].source = name
      results.cells[index].values[.psnr]?.counters = [name: 3]
    }
    results.suites[0].title = name
    results.suites[0].licence = name
    results.notes = [name]
    results.protocolName = name
    results.metrics[0].label = name
    results.metrics[0].signature = name
    results.failures = [
      ClipFailure(suite: "similar", clip: name, method: name, stage: name, reason: .missing, message: name)
    ]
    var content = PageSamples.content()
    for index in content.clips.indices {
      if content.clips[index].method == "a" { content.clips[index].method = name }
      content.clips[index].clip += name
      content.clips[index].warnings = [name]
    }
    content.title = name
    content.baselineName = name
    content.notes = [name]
    content.facts = [FactGroup(title: name, facts: [.init(name, name)])]
    content.comparisons = [
      ComparisonLine(suite: name, method: name, label: name, old: 1, new: 2, verdict: name, note: name)
    ]
    content.gate = GateSummary(
      outcome: .incomparable,
      findings: [.init(place: name, limit: name, detail: name, outcome: .incomparable)])
    for pictures in [PageSamples.Pictures(notes: [name]), PageSamples.Pictures(failure: name)] {
      let document = try PageDocument(PageSamples.page(results, content, pictures: pictures))
      try document.check()
      #expect(document.all("b").allSatisfy { $0.text == "Bold" })
      #expect(document.all("h1").first?.text == TextSafety.plain(name).replacing("\u{FFFF}", with: ""))
    }
  }
}
