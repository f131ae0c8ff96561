import EvalCore
import Foundation
import Reports
import Testing

@Suite struct TextSafetyTests {
  @Test(arguments: [
    ("plain", "plain"), ("two\nlines\tand tab", "two lines and tab"), ("\u{1B}[31mred\u{1B}[0m", "red"),
    ("\u{1B}]0;title\u{07}after", "after"), ("\u{1B}]8;;http://x\u{1B}\\link", "link"), ("\u{9B}2Jx", "x"),
    ("a\u{08}\u{00}\u{7F}b", "ab"), ("a\u{202E}b\u{2066}c", "abc"), ("\u{1B}", ""), ("\u{1B}[", ""),
    ("\u{1B}[31", ""), ("größe 猫", "größe 猫"),
  ])
  func plainText(text: String, expected: String) {
    #expect(TextSafety.plain(text) == expected)
  }

  @Test func markdown() {
    #expect(TextSafety.markdown("a|b") == #"a\|b"#)
    #expect(TextSafety.markdown("*x* _y_ `z`") == #"\*x\* \_y\_ \`z\`"#)
    #expect(TextSafety.markdown("<img src=x onerror=y>") == #"\<img src=x onerror=y\>"#)
    #expect(TextSafety.markdown("[a](b) &lt;") == #"\[a\](b) &amp;lt;"#)
    #expect(TextSafety.markdown(#"a\|b"#) == #"a\\\|b"#)
    #expect(TextSafety.markdownCode("a`b``c") == "``` a`b``c ```")
    #expect(TextSafety.markdownCode("PSNR|bits:8") == "`PSNR|bits:8`")
  }

  @Test func latex() {
    #expect(TextSafety.latex("50 % of a_b & c#d $e$ {f}") == ##"50 \% of a\_b \& c\#d \$e\$ \{f\}"##)
    #expect(
      TextSafety.latex(#"\input{x}~^"#) == #"\textbackslash{}input\{x\}\textasciitilde{}\textasciicircum{}"#)
    #expect(TextSafety.latex("a<b>|[c]") == #"a\textless{}b\textgreater{}\textbar{}{[}c{]}"#)
  }

  @Test(arguments: [
    ("=1+1", "'=1+1"), ("+x", "'+x"), ("- Ref Attn", "'- Ref Attn"), ("@SUM(A1)", "'@SUM(A1)"),
    ("o=2", "o=2"),
    ("\t=1", "' =1"), (" =1", "' =1"), ("", ""), ("−x", "−x"),
  ])
  func formulasAreDefused(text: String, expected: String) {
    #expect(TextSafety.spreadsheet(text) == expected)
  }

  /// A hostile name comes through every form as one harmless field.
  @Test func hostileNames() throws {
    let name = "=cmd|'/c calc'!A1, \"q\"\r\n| **x** \u{1B}[2J<script>"
    var results = Samples.results([
      Samples.cell(name, "similar", [.psnr: 1]), Samples.cell("b", "similar", [.psnr: 2]),
    ])
    results.notes = ["\u{1B}[31m# heading | <b>"]
    results.suites[0].licence = "\\end{table} % \n\\input{secret}"
    results.failures = [
      ClipFailure(
        suite: "similar", clip: "c\u{1B}[1m", method: name, stage: "score", reason: .missing, message: "a\nb")
    ]
    let csv = try Reports.render(results, format: .csv, layout: .generic)
    #expect(csv.contains("\"'=cmd|'/c calc'!A1, \"\"q\"\"  | **x** <script>\",colorizer,,,,1.0,"))
    #expect(csv.split(separator: "\r\n").count == 3)
    let tsv = try Reports.render(results, format: .tsv, layout: .generic)
    let widths = tsv.split(separator: "\n").map { line in line.count { $0 == "\t" } }
    #expect(Set(widths).count == 1 && widths.count == 3)
    let markdown = try Reports.render(results, format: .markdown, layout: .generic)
    #expect(MarkdownCells.table(markdown).count == 2)
    #expect(!markdown.contains("<script>") && markdown.contains(#"\<script\>"#))
    let latex = try Reports.render(results, format: .latex, layout: .generic)
    #expect(latex.split(separator: "\n").filter { $0.contains("\\input") }.allSatisfy { $0.hasPrefix("%") })
    for text in [csv, tsv, markdown, latex, try ConsoleTable.render(results)] {
      #expect(!text.unicodeScalars.contains { $0.value == 0x1B })
    }
  }

  @Test func csvHoldsFullPrecisionAndReadsBack() throws {
    let value = 1.0 / 3
    let results = Samples.results([
      Samples.cell("a", "similar", [.psnr: value]), Samples.cell("b", "similar", [.psnr: 9]),
    ])
    let csv = try Reports.render(results, format: .csv, layout: .generic)
    let line = try #require(csv.split(separator: "\r\n").first { $0.hasPrefix("a,") })
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    #expect(fields.compactMap { Double($0) } == [value])
    #expect(fields.last == "partial")
  }

  @Test func jsonReadsBackAndIsSorted() throws {
    let results = Samples.firstRun()
    let text = try Reports.render(results, format: .json)
    let back = try JSONDecoder().decode(RunResults.self, from: Data(text.utf8))
    #expect(back.cells.map(\.values) == results.cells.map(\.values))
    #expect(
      back.metrics == results.metrics && back.suites == results.suites && back.failures == results.failures)
    #expect(try Reports.render(back, format: .json) == text)
    let keys = text.split(separator: "\n").filter { $0.hasPrefix("  \"") }.map {
      $0.split(separator: "\"")[1]
    }
    #expect(keys == keys.sorted())
  }
}
