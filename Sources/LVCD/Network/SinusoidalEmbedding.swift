internal import Foundation
internal import NeuralLayers
internal import TensorCore
internal import Checkpoints

/// Sines and cosines of numbers at geometrically spaced frequencies. sgm `timestep_embedding`.
enum SinusoidalEmbedding {
  private static let period: Float = 10_000

  /// `[count, width]`, cosines in the first half of a row; `width` is even. Frequencies are float32 as in the
  /// release.
  static func rows(_ numbers: [Float], width: Int) -> Tensor {
    precondition(width % 2 == 0, "a sinusoidal embedding of odd width \(width)")
    let half = width / 2
    let frequencies = (0..<half).map { exp(-log(period) * Float($0) / Float(half)) }
    return Tensor(shape: [numbers.count, width]) { target in
      for (row, number) in numbers.enumerated() {
        for (index, frequency) in frequencies.enumerated() {
          let angle = number * frequency
          target[row * width + index] = cos(angle)
          target[row * width + half + index] = sin(angle)
        }
      }
    }
  }
}

/// Two linear layers with SiLU between them, named `0` and `2`; widths are those of the file.
struct EmbeddingMLP: Sendable {
  private let input: Linear
  private let output: Linear

  init(_ w: WeightScope, inputs: Int) throws(CheckpointError) {
    let hidden = try w.shape(of: "0.weight").first ?? 0
    let outputs = try w.shape(of: "2.weight").first ?? 0
    input = try Linear(w / 0, inputs, hidden)
    output = try Linear(w / 2, hidden, outputs)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { output(input(x).silu()) }
}
