internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// The gated feed-forward layer of transformers on tokens `[.., C]`: value times GELU of gate. sgm
/// `FeedForward` with `GEGLU`. The hidden width is the file's.
struct FeedForward: Sendable {
  private let input: Linear
  private let output: Linear
  /// Tokens that pass at once, so that the wide hidden layer never exists for all of them.
  private static let rowsAtOnce = 4096

  init(_ w: WeightScope, channels: Int) throws(CheckpointError) {
    let hidden = (try w.shape(of: "net.0.proj.weight").first ?? 0) / 2
    input = try Linear(w / "net.0.proj", channels, 2 * hidden)
    output = try Linear(w / "net.2", hidden, channels)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let width = x.shape[x.rank - 1]
    let rows = x.reshaped(x.count / width, width)
    let starts = stride(from: 0, to: rows.shape[0], by: Self.rowsAtOnce)
    if starts.underestimatedCount <= 1 { return pass(rows).reshaped(x.shape) }
    let parts = starts.map { pass(rows.slice(axis: 0, $0..<min($0 + Self.rowsAtOnce, rows.shape[0]))) }
    return Tensor.concatenation(parts, axis: 0).reshaped(x.shape)
  }

  private func pass(_ rows: Tensor) -> Tensor { output(input(rows).gatedGELU()) }
}
