import Checkpoints
import Foundation
import NeuralLayers
import TensorCore
import TestSupport
import Testing

/// The residual block of LVCD's UNet made of library layers, to check them together: spatial part, temporal part with
/// one group statistic over all frames, and their mix.
private struct ResidualBlock {
  let inNorm: GroupNorm
  let inConv: Conv2D
  let embedding: Linear
  let outNorm: GroupNorm
  let outConv: Conv2D
  let skip: Conv2D
  let timeInNorm: GroupNorm
  let timeInConv: Conv3D
  let timeEmbedding: Linear
  let timeOutNorm: GroupNorm
  let timeOutConv: Conv3D
  let spatialShare: Float

  init(_ w: WeightScope, groups: Int, inputs: Int, outputs: Int, embeddingWidth: Int) throws {
    let kernel = Size3D(frames: 3, height: 1, width: 1)
    let padding = Size3D(frames: 1, height: 0, width: 0)
    let time = w / "time_stack"
    inNorm = try GroupNorm(w / "in_layers.0", groups: groups, channels: inputs, activation: .silu)
    inConv = try Conv2D(w / "in_layers.2", inputs, outputs, kernel: 3, padding: 1)
    embedding = try Linear(w / "emb_layers.1", embeddingWidth, outputs)
    outNorm = try GroupNorm(w / "out_layers.0", groups: groups, channels: outputs, activation: .silu)
    outConv = try Conv2D(w / "out_layers.3", outputs, outputs, kernel: 3, padding: 1)
    skip = try Conv2D(w / "skip_connection", inputs, outputs, kernel: 1)
    timeInNorm = try GroupNorm(time / "in_layers.0", groups: groups, channels: outputs, activation: .silu)
    timeInConv = try Conv3D(time / "in_layers.2", outputs, outputs, kernel: kernel, padding: padding)
    timeEmbedding = try Linear(time / "emb_layers.1", embeddingWidth, outputs)
    timeOutNorm = try GroupNorm(time / "out_layers.0", groups: groups, channels: outputs, activation: .silu)
    timeOutConv = try Conv3D(time / "out_layers.3", outputs, outputs, kernel: kernel, padding: padding)
    spatialShare = try (w / "time_mixer").tensor("mix_factor", 1).sigmoid()[0]
  }

  func spatial(_ x: Tensor, _ emb: Tensor) -> Tensor {
    var hidden = inConv(inNorm(x))
    hidden = hidden + perFrame(embedding(emb.silu()))
    return skip(x) + outConv(outNorm(hidden))
  }

  func temporal(_ x: Tensor, _ emb: Tensor, references: Int) -> Tensor {
    let frames = x.shape[0]
    var hidden = convolve(timeInConv, timeInNorm(x, samplesTogether: frames), references)
    hidden = hidden + perFrame(timeEmbedding(emb.silu()))
    return x + convolve(timeOutConv, timeOutNorm(hidden, samplesTogether: frames), references)
  }

  private func perFrame(_ rows: Tensor) -> Tensor { rows.reshaped(rows.shape + [1, 1]) }

  /// Reference frames have no neighbours; the video frames are one clip.
  private func convolve(_ conv: Conv3D, _ x: Tensor, _ references: Int) -> Tensor {
    let (frames, channels, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let alone = x.slice(axis: 0, 0..<references).reshaped(references, channels, 1, height, width)
    let video = x.slice(axis: 0, references..<frames)
      .reshaped(1, frames - references, channels, height, width).permuted(0, 2, 1, 3, 4)
    let parts = [
      conv(alone).reshaped(references, channels, height, width),
      conv(video).permuted(0, 2, 1, 3, 4).reshaped(frames - references, channels, height, width),
    ]
    return Tensor.concatenation(parts, axis: 0)
  }
}

@Suite struct ResidualBlockTests {
  @Test func blockOfLayersMatchesTheReferenceImplementation() throws {
    let file = try CheckpointFile.open(Goldens.lvcd.appendingPathComponent("03_resblock.safetensors"))
    let prefix = "widen.weight."
    func tensor(_ name: String) throws -> Tensor {
      try file.tensor(name)
    }
    let (x, emb) = try (tensor("widen.x"), tensor("widen.emb"))
    let expected = try tensor("widen.spatial_out")
    let scope = WeightScope(file)
    let block = try ResidualBlock(
      scope / String(prefix.dropLast()), groups: 8, inputs: x.shape[1],
      outputs: expected.shape[1], embeddingWidth: emb.shape[1])
    let left = scope.unusedNames().filter { $0.hasPrefix(prefix) }
    #expect(left.isEmpty)

    let spatial = block.spatial(x, emb)
    check(spatial, expected)
    let temporal = block.temporal(spatial, emb, references: 5)
    try check(temporal, tensor("widen.temporal_out"))
    try check(spatial * block.spatialShare + temporal * (1 - block.spatialShare), tensor("widen.out"))
  }

  private func check(_ found: Tensor, _ expected: Tensor) {
    #expect(found.shape == expected.shape && found.count > 0)
    let error = Oracle.relativeError(found.values, expected.values.map(Double.init))
    if ProcessInfo.processInfo.environment["PRINT_ERRORS"] != nil {
      print("largest difference resblock", error)
    }
    #expect(error < 1e-5, "differs by \(error)")
  }
}
