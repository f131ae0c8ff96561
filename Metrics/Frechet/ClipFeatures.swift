internal import Checkpoints
internal import EvalCore
internal import TensorCore

/// I3D with the preparation of its input: frames in, rows of logits out.
struct ClipFeatures: Sendable {
  /// Names weights, convention and choice of frames: key of products and part of signatures.
  let key: String
  let convention: FVDConvention
  let frames: FVDFrames
  /// What decides the logits of given frames, whichever of a clip they are.
  private let product: String
  private let network: LoadedOnce<I3D>

  init(_ convention: FVDConvention, _ frames: FVDFrames, _ weights: MetricWeights) {
    key = "i3d/\(convention.rawValue)/\(frames.text)/\(weights.digest)"
    product = "i3d/\(convention.rawValue)/\(weights.sha256)"
    self.convention = convention
    self.frames = frames
    network = LoadedOnce { try I3D(WeightScope(PackageNames.i3d(try weights.source()))) }
  }

  /// Loads the network, or throws what is wrong with its file.
  func prepare() throws { _ = try network() }

  /// The logits of `frames`, from `store` where it has them; throws `MetricsError.notFinite` when one is no number.
  func logits(_ frames: [IdentifiedFrame], store: (any FeatureStore)?, clip: String) throws -> [Float] {
    try store.array(.clipLogits, product: product, of: frames) {
      let row = try logits(frames.map { convention.input($0.frame) }, clip: clip)
      return NumericArray(shape: [row.count], values: row)
    }.values
  }

  /// The logits of prepared frames `[3, 224, 224]`.
  private func logits(_ inputs: [Tensor], clip: String) throws -> [Float] {
    let count = inputs.count
    let frame = I3D.side * I3D.side
    let video = Tensor(shape: [1, 3, count, I3D.side, I3D.side]) { target in
      for (index, input) in inputs.enumerated() {
        input.withUnsafeBufferPointer { source in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          for channel in 0..<3 {
            (to + (channel * count + index) * frame).update(from: from + channel * frame, count: frame)
          }
        }
      }
    }
    let row = try network()(video).values
    guard row.allSatisfy(\.isFinite) else { throw MetricsError.notFinite(metric: .fvd, clip: clip) }
    return row
  }
}

/// Takes the frames of one clip in order and keeps the logits of its windows; holds one window of frames, or all frames
/// where the clip is taken whole. Lives on one thread.
///
/// The originals' rows are a product of the clip: every row of the table offers each frame, the first offer counts.
final class ClipWindows {
  private let features: ClipFeatures
  private let clipID: String
  private let store: (any FeatureStore)?
  private var window: [IdentifiedFrame] = []
  /// Frame number of `window[0]`.
  private var start = 0
  private var seen = 0
  private var isFinished = false
  /// Logits, one row per window.
  private(set) var rows: [[Float]] = []

  init(_ features: ClipFeatures, clipID: String, store: (any FeatureStore)?) {
    self.features = features
    self.clipID = clipID
    self.store = store
  }

  /// Takes frame `number`, counted from 0 over the evaluated frames; offers of frames already taken are ignored.
  func offer(_ frame: IdentifiedFrame, number: Int) throws {
    guard number == seen else { return }
    seen += 1
    switch features.frames {
    case .whole: window.append(frame)
    case .firstWindow: try take(frame, number, stride: nil)
    case .windows(let stride): try take(frame, number, stride: stride)
    }
  }

  private func take(_ frame: IdentifiedFrame, _ number: Int, stride: Int?) throws {
    if stride == nil, !rows.isEmpty { return }
    if window.isEmpty {
      // Between windows that do not touch, frames are left out.
      guard number >= start else { return }
    }
    window.append(frame)
    guard window.count == FVDFrames.window else { return }
    rows.append(try features.logits(window, store: store, clip: clipID))
    let step = stride ?? FVDFrames.window
    start += step
    window.removeFirst(min(step, window.count))
  }

  /// The rows of all frames taken; empty when there were too few.
  func finish() throws -> [[Float]] {
    if case .whole = features.frames, !isFinished, window.count >= features.frames.shortest {
      rows.append(try features.logits(window, store: store, clip: clipID))
    }
    isFinished = true
    window = []
    return rows
  }
}
