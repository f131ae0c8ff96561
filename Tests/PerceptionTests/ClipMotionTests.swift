import EvalCore
import Perception
import Testing

@Suite struct ClipMotionTests {
  /// Reports the same flow for every pair.
  private struct Steady: FlowEstimator {
    let label = "Steady"
    let name = "steady"
    let dx: Float
    let movingRows: Int
    func flow(from first: Frame, to second: Frame) -> OpticalFlow {
      let (width, rows) = (first.width, movingRows)
      let dx: [Float] = (0..<width * first.height).map { $0 / width < rows ? self.dx : 0.4 }
      return OpticalFlow(
        width: first.width, height: first.height, dx: dx, dy: [Float](repeating: 0, count: dx.count))
    }
  }

  /// A clip of pictures of these levels.
  private func clip(_ levels: [UInt8], size: FrameSize = FrameSize(width: 512, height: 128)) -> FrameArray {
    FrameArray(levels.map { Frame(width: size.width, height: size.height, red: $0, green: 10, blue: 10) })
  }

  @Test func staticPositionsAreLeftOutAndHeldDrawingsDoNotMove() throws {
    let meter = ClipMotion(Steady(dx: 6, movingRows: 64))
    let found = try meter.statistics(of: clip([10, 10, 60, 60, 60, 110]), id: "a")
    #expect(found.frames == 6 && found.heldFrames == 3 && found.exposures == [2, 3, 1])
    #expect(abs((found.motion ?? 0) - 6) < 1e-9)
    #expect(found.truth == nil)
    let still = try meter.statistics(of: clip([10, 10]), id: "b")
    #expect(still.motion == nil && still.exposures == [2])
  }

  @Test func trueMotionIsTakenToTheSizeOfTheMeasurement() throws {
    let meter = ClipMotion(Steady(dx: 6, movingRows: 256))
    // 512x128: a vector of (8, 2) is (4, 4) at 256x256.
    let (width, height) = (512, 128)
    let truth = OpticalFlow(
      width: width, height: height, dx: [Float](repeating: 8, count: width * height),
      dy: [Float](repeating: 2, count: width * height))
    let found = try meter.statistics(of: clip([10, 60, 110]), id: "a") { _ in truth }
    #expect(abs((found.truth?.motion ?? 0) - 32.0.squareRoot()) < 1e-6)
    #expect(abs((found.truth?.endPointError ?? 0) - 20.0.squareRoot()) < 1e-6)
  }

  @Test func shareOfClipsAndFrames() {
    func entry(_ id: String, _ motion: Double?, _ exposures: [Int]) -> ClipStatistics {
      let frames = exposures.reduce(0, +)
      return ClipStatistics(
        id: id, frames: frames, heldFrames: frames - exposures.count, exposures: exposures, motion: motion)
    }
    let set = SetStatistics(
      name: "s", title: "S", flow: "steady",
      clips: [entry("a", 4, [1, 1]), entry("b", 6, [2, 2]), entry("c", 12, [4]), entry("d", nil, [3])])
    #expect(set.share(above: 5) == 0.5 && set.share(above: 10) == 0.25)
    #expect(set.heldShare == 7.0 / 9)
    #expect(set.share(onCount: 1) == 2.0 / 13 && set.share(onCount: 2) == 4.0 / 13)
    #expect(set.share(onCount: 3, orMore: true) == 7.0 / 13)
  }
}
