import EvalCore
import Perception
import Testing

@Suite struct LineartExtractorTests {
  /// A disc on a ground, each of one colour, with an outline of `outline` pixels.
  private func disc(_ inside: [UInt8], _ ground: [UInt8], outline: Double, side: Int = 96) -> Frame {
    let centre = Double(side) / 2
    var rgb: [UInt8] = []
    for y in 0..<side {
      for x in 0..<side {
        let (dx, dy) = (Double(x) - centre, Double(y) - centre)
        let radius = (dx * dx + dy * dy).squareRoot()
        rgb += abs(radius - 30) < outline / 2 ? [12, 10, 14] : radius < 30 ? inside : ground
      }
    }
    return Frame(width: side, height: side, rgb: rgb)
  }

  private func ringShare(_ ink: [Float], side: Int = 96) -> (onRing: Int, elsewhere: Int) {
    let centre = Double(side) / 2
    var counts = (onRing: 0, elsewhere: 0)
    for (pixel, strength) in ink.enumerated() where strength > 0.5 {
      let (dx, dy) = (Double(pixel % side) - centre, Double(pixel / side) - centre)
      let radius = (dx * dx + dy * dy).squareRoot()
      if abs(radius - 30) <= 4 { counts.onRing += 1 } else { counts.elsewhere += 1 }
    }
    return counts
  }

  @Test(arguments: LineartExtractors.weightless)
  func outlinesBecomeInkAndFlatAreasPaper(name: String) throws {
    let extractor = try LineartExtractors.named(name)
    let ink = try extractor.inkStrength(of: disc([200, 60, 40], [90, 190, 120], outline: 3))
    let counts = ringShare(ink)
    // The circumference is 188 px.
    #expect(counts.onRing > 150, "\(name)")
    #expect(counts.elsewhere == 0, "\(name)")
    #expect(ink.allSatisfy { (0...1).contains($0) })
    let blank = try extractor.inkStrength(of: Frame(width: 40, height: 30, red: 250, green: 20, blue: 90))
    // XDoG's threshold lies above zero, which leaves a shade on dark even areas.
    #expect(blank.allSatisfy { $0 < (name == "xdog" ? 0.21 : 0.01) })
  }

  /// Two colours of equal luma have no dark side; only the colour boundary shows the shape.
  @Test func inkLinesFindsBoundariesOfEqualLuma() {
    let frame = disc([200, 80, 80], [40, 162, 80], outline: 0)
    #expect(ringShare(InkLinesExtractor().inkStrength(of: frame)).onRing > 120)
    #expect(ringShare(XDoGExtractor().inkStrength(of: frame)).onRing < 60)
  }

  @Test func inkLinesIgnoresFaintNoise() {
    var generator = SeededGenerator(21)
    let rgb = (0..<64 * 64 * 3).map { _ in UInt8(128 + Int.random(in: -6...6, using: &generator)) }
    let ink = InkLinesExtractor().inkStrength(of: Frame(width: 64, height: 64, rgb: rgb))
    #expect(ink.allSatisfy { $0 < 0.5 })
  }

  @Test(arguments: LineartExtractors.weightless, [(1, 1), (1, 9), (7, 2), (33, 12)])
  func smallFramesWork(name: String, size: (Int, Int)) throws {
    var generator = SeededGenerator(2)
    let frame = generator.frame(size.0, size.1)
    let picture = try LineartExtractors.named(name).lineart(of: frame)
    #expect(picture.size == frame.size)
  }

  @Test func lineartIsDarkOnWhite() throws {
    let frame = disc([200, 60, 40], [90, 190, 120], outline: 3)
    let picture = try InkLinesExtractor().lineart(of: frame)
    #expect(picture.rgb[0] == 255)
    #expect(picture.rgb.min() == 0)
  }

  @Test func unknownNamesListTheLegalOnes() {
    do {
      _ = try LineartExtractors.named("canny")
      Issue.record("no error")
    } catch {
      let legal = LineartExtractors.names.joined(separator: ", ")
      #expect("\(error)" == "unknown line extractor 'canny'; use one of: \(legal)")
    }
  }
}
