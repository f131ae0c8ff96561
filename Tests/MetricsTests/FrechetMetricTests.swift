import Checkpoints
import EvalCore
import Foundation
import Synchronization
import TensorCore
import TestSupport
import Testing
import WeightStore

@testable import Metrics

@Suite struct FrechetMetricTests {
  private func path(_ name: String) -> String { Goldens.metrics.appendingPathComponent(name).path }

  private func fid(_ options: [String: String] = [:]) throws -> FIDMetric {
    let weights = ["weights": path("inception/mini_d8.safetensors")]
    return try FIDMetric(options: options.merging(weights) { $1 }, weights: Weightless.store)
  }

  private func fvd(_ options: [String: String] = [:]) throws -> FVDMetric {
    let weights = ["weights": path("i3d/mini_d8.safetensors")]
    return try FVDMetric(options: options.merging(weights) { $1 }, weights: Weightless.store)
  }

  /// Small frames that change from one to the next.
  private func frames(_ count: Int, seed: UInt64, side: Int = 24) -> [Frame] {
    (0..<count).map { index in
      let numbers = Oracle.numbers(side * side * 3, seed: seed &* 1000 &+ UInt64(index))
      return Frame(width: side, height: side, rgb: numbers.map { UInt8(max(0, min(255, 128 + 100 * $0))) })
    }
  }

  private func measure(
    _ metric: any Metric, _ originals: [Frame], _ rows: [[Frame]], clip: String = "a",
    store: (any FeatureStore)? = nil
  ) throws -> [ClipMeasurement] {
    let shared = OriginalClip(features: store)
    let observers = try rows.map { _ in try metric.makeObserver(clipID: clip) }
    for (index, frame) in originals.enumerated() {
      let original = OriginalFrame(index: index, frame: frame, clip: shared)
      for (observer, row) in zip(observers, rows) {
        try observer.observe(original: original, generated: GeneratedFrame(frame: row[index]))
      }
    }
    return try observers.map { try $0.finish() }
  }

  // MARK: - Features kept between runs

  /// Keeps everything in memory.
  private final class MemoryStore: FeatureStore {
    let arrays = Mutex<[FeatureKey: NumericArray]>([:])
    func array(_ key: FeatureKey) -> NumericArray? { arrays.withLock { $0[key] } }
    func keep(_ array: NumericArray, for key: FeatureKey) { arrays.withLock { $0[key] = array } }
    var keys: Set<FeatureKey> { arrays.withLock { Set($0.keys) } }
  }

  @Test func windowsAreKeptByTheirFramesAlone() throws {
    let originals = frames(18, seed: 1)
    let changed = Array(originals.prefix(17) + frames(1, seed: 2))
    let store = MemoryStore()
    _ = try measure(fvd(), originals, [changed], store: store)
    // Output and original are the same in the first window, which is kept once.
    #expect(store.keys.count == 1)
    #expect(store.keys.allSatisfy { $0.kind == .clipLogits && $0.inputs.count == 16 })
    // Windows at a stride begin with the same 16 frames; the second holds the changed frame in one row.
    let strided = try fvd(["frames": "windows16-stride2"])
    let found = try measure(strided, originals, [changed], store: store)
    #expect(store.keys.count == 3)
    #expect(found == (try measure(strided, originals, [changed])))
  }

  @Test func otherWeightsHaveOtherKeys() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("other.safetensors")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path("inception/mini_d8.safetensors")))
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: file)
    let store = MemoryStore()
    let originals = frames(1, seed: 1)
    _ = try measure(fid(), originals, [originals], store: store)
    let other = try FIDMetric(options: ["weights": file.path], weights: Weightless.store)
    _ = try measure(other, originals, [originals], store: store)
    _ = try measure(fid(["flavour": "clean-fid"]), originals, [originals], store: store)
    #expect(store.keys.count == 3)
  }

  // MARK: - FID

  @Test func fidKeepsRowsAndIsZeroForIdenticalSets() throws {
    let metric = try fid()
    let originals = frames(3, seed: 1)
    let rows = try measure(metric, originals, [originals, frames(3, seed: 2)])
    #expect(rows[0].arrays["features.original"]?.shape == [3, 256])
    #expect(rows[0].arrays["features.original"] == rows[1].arrays["features.original"])
    let same = try metric.summarize([("a", rows[0])])
    #expect(try #require(same.value) < 1e-6)
    let other = try metric.summarize([("a", rows[1])])
    #expect(try #require(other.value) > 1e-3)
    #expect(other.counters["rank-deficient"] == 3 && other.counters["n"] == 3 && other.frames == 3)
  }

  @Test func fidOfOneFrameSaysWhyThereIsNone() throws {
    let metric = try fid()
    let rows = try measure(metric, frames(1, seed: 1), [frames(1, seed: 2)])
    let summary = try metric.summarize([("a", rows[0])])
    #expect(summary.value == nil && summary.reason?.contains("at least 2 frames") == true)
  }

  @Test func flavoursPrepareFramesDifferently() throws {
    let frame = try GoldenFiles.frame("clips/move/orig/000.png")
    let inputs = FIDFlavour.allCases.map { $0.input(frame).values }
    #expect(inputs.allSatisfy { $0.count == 3 * 299 * 299 && $0.allSatisfy { abs($0) <= 1 } })
    #expect(inputs[0] != inputs[1] && inputs[0] != inputs[2])
    #expect(try fid(["flavour": "clean-fid"]).label == "TEST-FID[clean-fid]")
  }

  @Test func substituteHasItsOwnName() throws {
    guard RealWeights.have(.lpipsAlex) else { return }
    let metric = try FIDMetric(options: ["extractor": "alex5"], weights: RealWeights.store)
    #expect(metric.label == "FD-Alex5" && metric.comparability == .substitute)
    #expect(metric.unavailability == nil)
    #expect(
      throws: MetricsError.frameSmallerThanNetwork(
        metric: .fid, clip: "a", size: FrameSize(width: 24, height: 24), minimum: 31)
    ) { try measure(metric, frames(1, seed: 1), [frames(1, seed: 2)]) }
    let originals = frames(3, seed: 1, side: 32)
    let rows = try measure(metric, originals, [frames(3, seed: 2, side: 32)])
    #expect(rows[0].arrays["features.generated"]?.shape == [3, 256])
    let summary = try metric.summarize([("a", rows[0])])
    #expect(summary.value != nil)
    #expect((summary.alternatives["FD-EffLite0"] != nil) == RealWeights.have(.efficientNetLite0))
  }

  // MARK: - FVD

  @Test func windowsAreTakenAsAsked() throws {
    let originals = frames(40, seed: 3)
    let other = frames(40, seed: 4)
    for (option, expected) in [
      ("window16", 1), ("whole", 1), ("windows16-stride16", 2), ("windows16-stride20", 2),
      ("windows16-stride8", 4),
    ] {
      let metric = try fvd(["frames": option])
      let rows = try measure(metric, originals, [originals, other])
      #expect(rows.map { $0.counters["windows"] } == [expected, expected], "\(option)")
      let arrays = rows.map { $0.arrays["logits.original"] }
      #expect(arrays[0] == arrays[1] && arrays[0]?.shape == [expected, 24])
      #expect(rows[0].arrays["logits.generated"] == arrays[0])
      #expect(rows[1].arrays["logits.generated"] != arrays[1])
    }
  }

  @Test func windowsAreTheFramesTheyStandFor() throws {
    let all = frames(40, seed: 5)
    let metric = try fvd(["frames": "windows16-stride20"])
    let strided = try measure(metric, all, [frames(40, seed: 6)])[0]
    let single = try measure(try fvd(), Array(all[20..<36]), [frames(16, seed: 6)])[0]
    let first = try #require(strided.arrays["logits.original"]).values
    let second = try #require(single.arrays["logits.original"]).values
    #expect(Array(first[24...]) == second)
  }

  @Test func framesThatBecomeDifferentLateAreNotTakenForIdentical() throws {
    let originals = frames(16, seed: 7)
    var late = originals
    late[15] = frames(1, seed: 8)[0]
    let rows = try measure(try fvd(), originals, [late])
    #expect(rows[0].arrays["logits.generated"] != rows[0].arrays["logits.original"])
  }

  @Test func shortAndSingleClipsAreCountedAndNamed() throws {
    let metric = try fvd()
    let short = try measure(metric, frames(15, seed: 9), [frames(15, seed: 10)])[0]
    #expect(short.counters["short_clips"] == 1 && short.missing[0]?.contains("15 frames") == true)
    let one = try measure(metric, frames(16, seed: 9), [frames(16, seed: 10)])[0]
    let summary = try metric.summarize([("a", short), ("b", one)])
    #expect(summary.value == nil && summary.counters["short_clips"] == 1)
    #expect(summary.reason?.contains("at least 2 windows") == true)
    #expect(summary.reason?.contains("1 clips are shorter than 16") == true)
    let two = try metric.summarize([("a", one), ("b", one), ("c", short)])
    #expect(two.value != nil && two.clips == 2 && two.counters["rank-deficient"] == 2)
  }

  /// The published acceptance test: all-black against all-white videos, one vector each, so the squared distance.
  @Test(
    .enabled(if: RealWeights.have(.i3d), "needs the weights i3d"),
    arguments: [(10, 569.772), (16, 152.902), (17, 357.851), (30, 151.392)])
  func zerosAgainstOnes(frames: Int, expected: Double) throws {
    let network = try I3D(WeightScope(PackageNames.i3d(try RealWeights.source(.i3d))))
    let shape = [1, 3, frames, I3D.side, I3D.side]
    let zeros = network(Tensor(repeating: -1, shape: shape)).values
    let ones = network(Tensor(repeating: 1, shape: shape)).values
    let distance = zip(zeros, ones).reduce(0.0) {
      $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
    }
    #expect(abs(distance - expected) < 0.005, "\(distance)")
  }

  @Test func networkOutputThatIsNoNumberEndsTheClipByName() throws {
    var tensors: [String: Tensor] = [:]
    let file = try GoldenFiles.weights("lpips/alex_random.safetensors")
    for name in file.names { tensors[name] = try file.tensor(name) }
    tensors["features.10.bias"]?[0] = .nan
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("broken.safetensors")
    try SafetensorsWriter.write(tensors.mapValues { WeightTensor($0) }, to: url)
    let metric = try FIDMetric(
      options: ["extractor": "alex5", "weights": url.path], weights: Weightless.store)
    let large = Frame(width: 64, height: 64, red: 200, green: 30, blue: 90)
    #expect {
      try measure(metric, [large], [[Frame(width: 64, height: 64, red: 2, green: 3, blue: 9)]])
    } throws: { error in
      (error as? MetricsError) == .notFinite(metric: .fid, clip: "a")
        && (error as? any ReasonedError)?.reason == .notFinite
    }
  }
}
