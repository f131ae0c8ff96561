import EvalCore
import Statistics
import Testing

@testable import Comparison

@Suite struct PairedComparisonTests {
  @Test func sayWhatDiffersAndWhatDoesNot() throws {
    var jitter = SplitMix64(seed: 5)
    let old = Runs.values(20, spread: 0.3)
    let better = old.map { $0 + 0.5 + 0.1 * jitter.unit() }
    let same = old.map { $0 + 0.2 * (jitter.unit() - 0.5) }
    let before = Runs.run([
      Runs.cell(.metric(.psnr), old), Runs.cell(.metric(.ssim), old), Runs.cell(.metric(.edmd), old),
      Runs.cell(.metric(.lpips), old),
    ])
    let after = Runs.run([
      Runs.cell(.metric(.psnr), better), Runs.cell(.metric(.ssim), same), Runs.cell(.metric(.edmd), better),
      Runs.cell(.metric(.lpips), old),
    ])
    var comparison = PairedComparison()
    let lines = try comparison.differences(before, after, pairs: [("m", "m")])
    #expect(lines.map(\.quantity) == [.metric(.lpips), .metric(.psnr), .metric(.ssim), .metric(.edmd)])
    #expect(lines.map(\.verdict) == [.equivalent, .better, .inconclusive, .worse])
    #expect(lines[1].shareBetter == 1 && lines[3].shareBetter == 0 && lines[0].shareBetter == 0.5)
    #expect(lines[1].interval?.contains(0.55) == true)
    let raw = try #require(lines[1].probability)
    let adjusted = try #require(lines[1].adjustedProbability)
    #expect(raw == 2.0 / 4096 && adjusted == 8.0 / 4096)
    comparison.margins = [.metric(.ssim): 0.2]
    #expect(try comparison.differences(before, after, pairs: [("m", "m")])[2].verdict == .equivalent)
  }

  @Test func valuesOfTheWholeSetUseInfluences() throws {
    func cell(_ value: Double, _ influences: [Double]) -> CellEvidence {
      CellEvidence(
        suite: "set", method: "m", quantity: .metric(.fid), label: "FID", signature: "F", value: value,
        influences: influences)
    }
    let before = Runs.run([cell(9, Runs.values(0, spread: 0.01))])
    let after = Runs.run([cell(8, Runs.values(0, spread: -0.01))])
    let line = try PairedComparison().differences(before, after, pairs: [("m", "m")])[0]
    // Differences spread by 0.02 a step: sum of squares 0.0004 * 143, times 12/11, root 0.2498.
    let interval = try #require(line.interval)
    #expect(abs((interval.upper - interval.lower) / 2 - 1.959963984540054 * 0.24980) < 1e-4)
    #expect(line.verdict == .better)
    let bare = Runs.run([cell(8, [])])
    let unknown = try PairedComparison().differences(before, bare, pairs: [("m", "m")])[0]
    #expect(unknown.verdict == .inconclusive && unknown.note?.contains("without influences") == true)
  }

  @Test func unequalThingsAreRefused() {
    let one = Runs.run([Runs.cell(.metric(.psnr), Runs.values(20))])
    let comparison = PairedComparison()
    let other = Runs.run([Runs.cell(.metric(.psnr), Runs.values(20), signature: "S|a:2|b:1")])
    #expect(throws: IncomparableReason.self) { try comparison.differences(one, other, pairs: [("m", "m")]) }
    #expect(throws: IncomparableReason.self) {
      try comparison.differences(one, Runs.run([]), pairs: [("m", "m")])
    }
    #expect(throws: IncomparableReason.self) {
      try comparison.differences(one, Runs.run(one.cells, hash: "x"), pairs: [("m", "m")])
    }
    var allowed = comparison
    allowed.allowedMismatches = ["a", "b"]
    let line = try? allowed.differences(one, other, pairs: [("m", "m")]).first
    #expect(line?.note == "overridden: a: 1 against 2, b: absent against 1")
  }

  @Test func poolingsThatAreNoMeansKeepTheirDifference() throws {
    let old = Runs.run([Runs.cell(.metric(.edmd), Runs.values(20, spread: 0.1), value: 30)])
    let new = Runs.run([Runs.cell(.metric(.edmd), Runs.values(21, spread: 0.11), value: 33)])
    let line = try PairedComparison().differences(old, new, pairs: [("m", "m")])[0]
    #expect(line.difference == 3 && line.interval?.contains(3) == true && line.interval?.contains(1) == false)
  }
}
