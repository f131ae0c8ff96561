import EvalCore
import Foundation
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
    let scores = calibration.scores(CutDetector(.paper, flashFrames: 3))
    #expect(scores[.hardCut]?.recall == 1)
    #expect(scores[.flash]?.wrong == 0)
    #expect(scores[.quiet]?.wrong == 0)
    let plainRule = calibration.scores(CutDetector(.paper))
    #expect(plainRule[.flash]?.wrong == 12, "the paper's rule sees both ends of every flash")
  }

  private func window(_ reds: [UInt8]) -> CutDetector {
    var detector = CutDetector(.window)
    for red in reds { detector.observe(red == 1 ? Self.plainBlack : striped(red)) }
    return detector
  }

  private static let plainBlack = Frame(width: 40, height: 20, red: 0, green: 0, blue: 0)

  /// Half the picture in `red`, so that it is no frame of one colour.
  private func striped(_ red: UInt8) -> Frame {
    Frame(width: 40, height: 20, rgb: (0..<800).flatMap { [red, $0 % 40 < 20 ? 0 : 255, 0] as [UInt8] })
  }

  @Test func theWindowTellsCutsFromFlashesFadesAndPans() {
    let (a, b) = ([UInt8](repeating: 10, count: 20), [UInt8](repeating: 200, count: 20))
    #expect(window(a + b).cuts == [20])
    #expect(window(a + b).shots == [0..<20, 20..<40])
    #expect(window(a + [200, 200] + a).cuts.isEmpty, "a flash")
    #expect(window(a + [1, 1] + a).cuts.isEmpty, "a black flash")
    // Down to black and up again: frames 20 to 27 belong to no shot.
    let fade = window(a + [40, 70, 100, 1, 1, 120, 150, 170] + b)
    #expect(fade.cuts == [24])
    #expect(fade.shots == [0..<20, 28..<48])
    let dissolve = window(a + [40, 70, 100, 130, 160] + b)
    #expect(dissolve.cuts == [22])
    #expect(dissolve.shots == [0..<20, 25..<45])
    // Changes without end are motion.
    let pan = (0..<60).map { UInt8(30 + 26 * ($0 % 8)) }
    #expect(window(a + pan + b).cuts.isEmpty)
    // A film that begins and ends black has one shot.
    #expect(window([1, 1, 1] + a + [1, 1]).cuts.isEmpty)
    #expect(window([1, 1, 1] + a + [1, 1]).shots == [3..<23])
  }

  @Test func aStoredWindowGoesOnAsIfNeverStopped() throws {
    let film: [UInt8] =
      Array(repeating: 10, count: 12) + [40, 70, 1, 1, 120] + Array(repeating: 200, count: 9)
    for stop in 0..<film.count {
      var detector = window(Array(film[..<stop]))
      detector = try JSONDecoder().decode(CutDetector.self, from: JSONEncoder().encode(detector))
      for red in film[stop...] { detector.observe(red == 1 ? Self.plainBlack : striped(red)) }
      #expect(detector == window(film))
    }
  }

  @Test func theWindowDoesBetterOnFilmsItWasNotFittedTo() throws {
    let calibration = try CutCalibration(perKind: 4, firstSeed: 700)
    let scores = calibration.scores(CutDetector(.window))
    for kind in [TransitionFilm.Kind.hardCut, .fade, .dissolve] {
      #expect(scores[kind]?.recall == 1, "\(kind)")
    }
    let (paper, window) = (calibration.total(CutDetector(.paper)), calibration.total(CutDetector(.window)))
    #expect((window.precision ?? 0) > 0.9 && (paper.precision ?? 1) < 0.2)
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
