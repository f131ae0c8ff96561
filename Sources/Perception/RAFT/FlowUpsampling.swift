internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// Enlarges RAFT's flow `[1, 2, h, w]` eightfold.
enum FlowUpsampling {
  /// Pixels of the enlarged flow per place of the coarse one, along each axis.
  static let factor = 8

  /// Bilinear with corners aligned, values times eight: the small model.
  static func bilinear(_ flow: Tensor) -> Tensor {
    let size = Size2D(height: factor * flow.shape[2], width: factor * flow.shape[3])
    return flow.resized(to: size, .bilinear, alignment: .corners) * Float(factor)
  }

  /// Every fine pixel is a convex combination of eight times the 3x3 coarse neighbourhood, zeros outside.
  ///
  /// `mask` `[1, 576, h, w]` holds logits; channel `neighbour * 64 + row * 8 + column`, neighbours row by row.
  static func convex(_ flow: Tensor, mask: Tensor) -> Tensor {
    let (height, width) = (flow.shape[2], flow.shape[3])
    let area = height * width
    let cell = factor * factor
    let shares = mask.reshaped(9, cell * area).softmax(axis: 0)
    let padded = flow.padded(Padding2D(height: 1, width: 1))
    return shares.withUnsafeBufferPointer { share in
      padded.withUnsafeBufferPointer { coarse in
        Tensor(shape: [1, 2, factor * height, factor * width]) { fine in
          for channel in 0..<2 {
            for place in 0..<area {
              let (row, column) = (place / width, place % width)
              for inner in 0..<cell {
                var sum: Float = 0
                for neighbour in 0..<9 {
                  let y = row + neighbour / 3
                  let x = column + neighbour % 3
                  let value = coarse[(channel * (height + 2) + y) * (width + 2) + x]
                  sum += share[(neighbour * cell + inner) * area + place] * value
                }
                let y = row * factor + inner / factor
                let x = column * factor + inner % factor
                fine[(channel * factor * height + y) * factor * width + x] = sum * Float(factor)
              }
            }
          }
        }
      }
    }
  }
}

/// The logits of convex upsampling from the hidden state: the large model.
struct MaskPredictor {
  private let first: Conv2D
  private let second: Conv2D

  init(_ first: RAFTScope, _ second: RAFTScope, hidden: Int) throws(CheckpointError) {
    let width = try first.outputs()
    self.first = try Conv2D(first.weights, hidden, width, kernel: 3, padding: 1)
    let cell = FlowUpsampling.factor * FlowUpsampling.factor
    self.second = try Conv2D(second.weights, width, 9 * cell, kernel: 1)
  }

  /// A quarter, as in training, to balance gradients.
  func callAsFunction(_ hidden: Tensor) -> Tensor { second(first(hidden).relu()) * 0.25 }
}
