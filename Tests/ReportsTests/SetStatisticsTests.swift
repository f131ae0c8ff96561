import EvalCore
import Foundation
import Reports
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct SetStatisticsTests {
  private var sets: [SetStatistics] {
    let moving = ClipStatistics(
      id: "a,b", frames: 4, heldFrames: 2, exposures: [2, 2], motion: 6.25,
      truth: TrueMotion(motion: 7, endPointError: 1.5))
    let still = ClipStatistics(id: "c", frames: 3, heldFrames: 0, exposures: [1, 1, 1], motion: nil)
    return [SetStatistics(name: "mine", title: "A <b> | Set", flow: "dis(v1)", clips: [moving, still])]
  }

  @Test func theTableSaysWhatThePaperSays() {
    let text = SetStatisticsTable.render(sets, form: .text)
    for words in [
      "clips above 5 px", "50.0 %", "held frames", "40.0 %", "motion by dis(v1)", "1 clips without motion",
      "true motion, mean", "7.00", "1.50", "57.1 % / 0.0 %",
    ] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
    let markdown = SetStatisticsTable.render(sets, form: .md)
    #expect(markdown.contains("\\|") && markdown.split(separator: "\n")[1].hasPrefix("| --- | ---: |"))
    let lines = SetStatisticsTable.render(sets, form: .csv).components(separatedBy: "\r\n")
    #expect(lines[1] == "mine,\"a,b\",4,2,2,6.2500,7.0000,1.5000" && lines[2] == "mine,c,3,0,3,,,")
  }

  @Test func thePlotIsWellFormedAndEscaped() throws {
    let svg = SetStatisticsPlot.svg(sets)
    let parser = XMLParser(data: Data(svg.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(svg.contains("class=\"limit\"") && !svg.contains("<b>"))
    var empty = sets[0]
    empty.clips = [empty.clips[1]]
    #expect(SetStatisticsPlot.svg([empty]).contains("nothing to draw"))
  }
}
