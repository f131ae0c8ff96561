import Checkpoints
import EvalCore
import Foundation
import Media
import TensorCore
import TestSupport
import Testing

@testable import Perception

/// RAFT against torchvision's, float64, on the golden files.
@Suite struct RAFTTests {
  static let models = ["small", "large_mini"]

  private func file(_ name: String) -> URL { Goldens.metrics.appendingPathComponent("raft/\(name)") }

  private func images() throws -> (Tensor, Tensor) {
    func tensor(_ name: String) throws -> Tensor {
      let frame = try PNGFile.read(file(name))
      let values = (0..<3).flatMap { channel in
        stride(from: channel, to: frame.rgb.count, by: 3).map { Float(frame.rgb[$0]) / 127.5 - 1 }
      }
      return Tensor(shape: [1, 3, frame.height, frame.width], values)
    }
    return try (tensor("frame1.png"), tensor("frame2.png"))
  }

  private func largestDifference(_ found: Tensor, _ expected: Tensor) -> Float {
    guard found.count == expected.count else { return .infinity }
    return zip(found.values, expected.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(arguments: models)
  func flowsEqualTheReferenceImplementation(model: String) throws {
    let network = try RAFT(CheckpointFile.open(file("\(model).safetensors")))
    let expected = try CheckpointFile.open(file("expected.safetensors"))
    let (first, second) = try images()
    let prefix = "\(model).flow_iter"
    let iterations = expected.names.filter { $0.hasPrefix(prefix) }.compactMap {
      Int($0.dropFirst(prefix.count))
    }
    #expect(!iterations.isEmpty)
    for count in iterations.sorted() {
      let flow = network.flow(from: first, to: second, iterations: count)
      let wanted = try expected.tensor("\(prefix)\(count)")
      #expect(Array(flow.shape.dropFirst()) == wanted.shape)
      let error = largestDifference(flow, wanted)
      if ProcessInfo.processInfo.environment["PRINT_ERRORS"] != nil { print(model, count, error) }
      #expect(error < (count == 1 ? 1e-4 : 1e-3), "\(model) after \(count): \(error) px")
    }
    let maps = network.featureMaps(first)
    #expect(try largestDifference(maps, expected.tensor("\(model).fnet1")) < 1e-4)
    #expect(!network.hasPublishedWidths == (model != "small"))
  }

  @Test(arguments: models)
  func matchesEqualTheReferenceImplementation(model: String) throws {
    let network = try RAFT(CheckpointFile.open(file("\(model).safetensors")))
    let expected = try CheckpointFile.open(file("expected.safetensors"))
    let wanted = try expected.tensor("\(model).corr_at_grid_plus_0.37")
    let (first, second) = try images()
    let places = RAFT.places(height: first.shape[2] / 8, width: first.shape[3] / 8) + 0.37
    let found = network.pyramid(first, second).windows(at: places, radius: network.size.radius)
    var largest: Float = 0
    for channel in 0..<wanted.shape[0] {
      for row in 0..<wanted.shape[1] {
        for column in 0..<wanted.shape[2] {
          let difference = found[0, channel, 3 * row, 4 * column] - wanted[channel, row, column]
          largest = max(largest, abs(difference))
        }
      }
    }
    #expect(largest < 1e-4, "\(largest)")
  }

  @Test(arguments: models)
  func namesOfTheAuthorsReleaseGiveTheSameFlow(model: String) throws {
    let official = try CheckpointFile.open(file("\(model).safetensors"))
    let (first, second) = try images()
    let expected = try RAFT(official).flow(from: first, to: second, iterations: 2)
    for prefix in ["", "module."] {
      let renamed = try RAFT(PrincetonNames(official, prefix: prefix))
      #expect(renamed.flow(from: first, to: second, iterations: 2) == expected)
    }
  }

  @Test func estimatorPadsAndCrops() throws {
    let estimator = try RAFTEstimator(weights: file("small.safetensors"), iterations: 2)
    let frame = try PNGFile.read(file("frame1.png"))
    let (width, height) = (frame.width - 3, frame.height - 5)
    let cut = Frame(
      width: width, height: height,
      rgb: (0..<height).flatMap { row in
        frame.rgb[3 * row * frame.width..<3 * (row * frame.width + width)]
      })
    let flow = try estimator.flow(from: cut, to: cut)
    #expect(flow.size == cut.size)
    #expect(estimator.label.hasPrefix("RAFT-S/") && estimator.name.contains("it=2"))
    #expect(!estimator.isOfficial)
  }

  @Test func paddingIsSplitWithTheOddPartBelowAndToTheRight() {
    let padder = InputPadder(height: 137, width: 128)
    #expect(padder.padding == Padding2D(top: 3, bottom: 4, left: 0, right: 0))
    let image = Tensor(shape: [1, 1, 137, 128], (0..<137 * 128).map(Float.init))
    let padded = padder.pad(image)
    #expect(padded.shape == [1, 1, 144, 128] && padded[0, 0, 0, 5] == 5)
    #expect(padder.crop(padded) == image)
  }

  @Test func badInputIsNamed() throws {
    let estimator = try RAFTEstimator(weights: file("small.safetensors"))
    let small = Frame(width: 64, height: 128, red: 0, green: 0, blue: 0)
    let other = Frame(width: 128, height: 128, red: 0, green: 0, blue: 0)
    let huge = Frame(width: 8192, height: 512, red: 0, green: 0, blue: 0)
    #expect(throws: FlowError.sizesDiffer(first: small.size, second: other.size)) {
      try estimator.flow(from: small, to: other)
    }
    #expect(throws: FlowError.tooSmall(method: estimator.label, size: small.size, smallestSide: 128)) {
      try estimator.flow(from: small, to: small)
    }
    #expect(throws: FlowError.tooLarge(method: estimator.label, size: huge.size, pixelLimit: 1 << 21)) {
      try estimator.flow(from: huge, to: huge)
    }
    let lineart = Goldens.metrics.appendingPathComponent("line/chan_g8.safetensors")
    #expect(throws: CheckpointError.self) { try RAFTEstimator(weights: lineart) }
    #expect(throws: CheckpointError.self) { try RAFTEstimator(weights: file("absent.pth")) }
  }

  @Test func leftOverTensorsAreRefused() throws {
    let extra = ExtraTensor(
      try CheckpointFile.open(file("small.safetensors")), name: "update_block.extra.weight")
    #expect(throws: CheckpointError.unusedTensors(file: extra.name, names: ["update_block.extra.weight"])) {
      try RAFT(extra)
    }
  }
}

/// A file under the names of the authors' release.
private struct PrincetonNames: TensorSource {
  private let file: CheckpointFile
  private let originals: [String: String]

  init(_ file: CheckpointFile, prefix: String) {
    self.file = file
    var originals: [String: String] = [:]
    let isSeparable = file.names.contains { $0.contains("convgru2") }
    for name in file.names { originals[prefix + Self.princeton(name, isSeparable)] = name }
    self.originals = originals
  }

  private static func princeton(_ name: String, _ isSeparable: Bool) -> String {
    var name = name
    let rules = [
      ("feature_encoder.", "fnet."), ("context_encoder.", "cnet."), ("net.conv.", "net.conv2."),
      ("net.convnormrelu.0.", "net.conv1."), ("net.convnormrelu.1.", "net.norm1."),
      ("motion_encoder.convcorr1.0", "encoder.convc1"), ("motion_encoder.convcorr2.0", "encoder.convc2"),
      ("motion_encoder.convflow1.0", "encoder.convf1"), ("motion_encoder.convflow2.0", "encoder.convf2"),
      ("motion_encoder.conv.0", "encoder.conv"), ("mask_predictor.convrelu.0", "update_block.mask.0"),
      ("mask_predictor.conv.", "update_block.mask.2."),
    ]
    for (old, new) in rules { name = name.replacingOccurrences(of: old, with: new) }
    for number in 1...3 {
      name = name.replacingOccurrences(of: "convnormrelu\(number).0.", with: "conv\(number).")
      name = name.replacingOccurrences(of: "convnormrelu\(number).1.", with: "norm\(number).")
      for letter in ["z", "r", "q"] {
        name = name.replacingOccurrences(
          of: "recurrent_block.convgru\(number).conv\(letter)",
          with: "gru.conv\(letter)\(isSeparable ? "\(number)" : "")")
      }
    }
    return name
  }

  var name: String { file.name }
  var names: [String] { originals.keys.sorted() }
  var separator: String { "." }
  func hasTensor(named name: String) -> Bool { originals[name] != nil }
  func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
    guard let original = originals[name] else { return nil }
    return try file.weight(named: original)
  }
}

/// A file with one tensor more.
private struct ExtraTensor: TensorSource {
  private let file: CheckpointFile
  private let extra: String

  init(_ file: CheckpointFile, name: String) {
    self.file = file
    extra = name
  }

  var name: String { file.name }
  var names: [String] { file.names + [extra] }
  var separator: String { "." }
  func hasTensor(named name: String) -> Bool { name == extra || file.hasTensor(named: name) }
  func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
    try file.weight(named: name)
  }
}
