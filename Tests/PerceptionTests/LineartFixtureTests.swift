import Checkpoints
import EvalCore
import Foundation
import TensorCore
import TestSupport
import Testing

@testable import Perception

/// The line generator of the authors' release against the reference implementation, on the model's fixtures.
@Suite struct LineartFixtureTests {
  @Test func generatorAndPictures() throws {
    let file = try CheckpointFile.open(Goldens.lvcd.appendingPathComponent("16_lineart_extractor.safetensors"))
    let weights = try FilePart(file, below: "weight.")
    let generator = try ChanGenerator(WeightScope(weights))
    let bytes = try file.tensor("image_u8")
    let (height, width) = (bytes.shape[0], bytes.shape[1])
    let found = generator(bytes.permuted(2, 0, 1).reshaped(1, 3, height, width).mapped { $0 / 255 })
    let line = try file.tensor("line")
    let error = Oracle.relativeError(found.values, line.values.map(Double.init))
    #expect(found.shape == line.shape && error <= 1e-4, "the lines differ by \(error)")

    // Truncation turns a rounding error into one step where a value lies next to a whole number.
    let frame = Frame(width: width, height: height, rgb: bytes.values.map { UInt8($0) })
    let picture = try Lines(values: found.values).lineart(of: frame)
    let wanted = try file.tensor("line_u8").values
    for (index, value) in wanted.enumerated() {
      let paper = line.values[index] * 255
      let isNearWhole = abs(paper - paper.rounded()) < 0.01
      let step = abs(Float(picture.rgb[3 * index]) - value)
      #expect(step == 0 || (step == 1 && isNearWhole), "pixel \(index): \(picture.rgb[3 * index]) for \(value)")
    }
  }

  /// Ink that is there already.
  private struct Lines: LineartExtractor {
    let name = "lines"
    let label = "lines"
    let values: [Float]
    func inkStrength(of frame: Frame) -> [Float] { values.map { 1 - $0 } }
  }

  /// The tensors below a prefix of a file.
  private struct FilePart: TensorSource {
    let file: CheckpointFile
    let prefix: String

    init(_ file: CheckpointFile, below prefix: String) throws {
      self.file = file
      self.prefix = prefix
    }

    var name: String { file.name }
    var separator: String { file.separator }
    var names: [String] {
      file.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }
    func hasTensor(named name: String) -> Bool { file.hasTensor(named: prefix + name) }
    func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
      try file.weight(named: prefix + name, expectedShape: expectedShape)
    }
  }
}
