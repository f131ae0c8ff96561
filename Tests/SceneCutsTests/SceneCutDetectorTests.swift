import EvalCore
import SceneCuts
import Testing

@Suite struct SceneCutDetectorTests {
  private func plain(_ red: UInt8, _ green: UInt8 = 0, width: Int = 40) -> Frame {
    Frame(width: width, height: 20, red: red, green: green, blue: 0)
  }

  @Test func aColourGoesToTheBinOfItsLevels() {
    let histogram = ColourHistogram(Frame(width: 4, height: 2, red: 255, green: 128, blue: 25))
    // 255 * 10 / 256 = 9, 128 * 10 / 256 = 5, 25 * 10 / 256 = 0.
    #expect(histogram.counts[950] == 8)
    #expect(histogram.sampled == 8)
  }

  @Test func theDistanceIsTheRMSEOfNormalisedCounts() {
    let (a, b) = (ColourHistogram(plain(0)), ColourHistogram(plain(255)))
    #expect(a.distance(to: a) == 0)
    #expect(abs(a.distance(to: b, pixels: 1000) - (2 * 1e6 / 1000.0).squareRoot()) < 1e-9)
  }

  @Test func theDistanceDoesNotDependOnTheFramesSize() {
    let small = ColourHistogram(plain(0)).distance(to: ColourHistogram(plain(255)))
    let large = ColourHistogram(plain(0, width: 4000)).distance(to: ColourHistogram(plain(255, width: 4000)))
    #expect(abs(small - large) < 1e-9)
  }

  @Test func shotsCoverTheFilm() {
    var detector = SceneCutDetector()
    for frame in [plain(0), plain(0), plain(255), plain(255), plain(255), plain(0, 255)] {
      detector.observe(frame)
    }
    #expect(detector.cuts == [2, 5])
    #expect(detector.shots == [0..<2, 2..<5, 5..<6])
    #expect(SceneCutDetector().shots.isEmpty)
  }

  @Test(arguments: [(0, [2, 4]), (1, [2, 4]), (2, []), (5, [])])
  func aFlashIsNoCutWhenItIsShortEnough(flashFrames: Int, cuts: [Int]) {
    var detector = SceneCutDetector(flashFrames: flashFrames)
    for red: UInt8 in [0, 0, 255, 255, 0, 0, 0, 0, 0] { detector.observe(plain(red)) }
    #expect(detector.cuts == cuts)
  }

  @Test func generatedFilmsAreCutWhereTheirCutsAre() throws {
    let calibration = try CutCalibration(perKind: 6, firstSeed: 500)
    let scores = calibration.scores(flashFrames: 3)
    #expect(scores[.hardCut]?.recall == 1)
    #expect(scores[.flash]?.wrong == 0)
    #expect(scores[.quiet]?.wrong == 0)
    let plainRule = calibration.scores()
    #expect(plainRule[.flash]?.wrong == 12, "the paper's rule sees both ends of every flash")
  }

  @Test func scoresCountSecondFindsAsWrong() {
    var score = CutScore()
    score.add(detected: [4, 5, 9], cut: 3...6)
    score.add(detected: [], cut: 3...6)
    score.add(detected: [1], cut: nil)
    #expect(score.found == 1 && score.missed == 1 && score.wrong == 3)
    #expect(score.precision == 0.25 && score.recall == 0.5)
  }
}
