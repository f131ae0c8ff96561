internal import CEmbeddedModels

/// Weights inside the program: small networks that the project trained itself. Their numbers are not comparable with
/// those of the published weights.
public enum EmbeddedModels {
  /// The model that colours where no weights are named.
  public static let standard = "lvcd-mini"
  /// The same trained without Reference Attention, for the ablation of the paper's Table 2.
  public static let withoutReferenceAttention = "lvcd-mini-no-reference-attention"
  /// RAFT-small: motion for statistics, and for TC where it is asked for.
  public static let flow = "raft-small-project"

  /// Names of the colorization models in this program.
  public static var colorizers: [String] { all.filter { $0.kind == lvcd_colorizer }.map(\.name).sorted() }

  /// The bytes of a weight file (safetensors), constants of the program; nil where there is none of this name.
  public static func bytes(named name: String) -> UnsafeRawBufferPointer? {
    all.first { $0.name == name }?.bytes
  }

  private static var all: [(name: String, kind: lvcd_embedded_kind, bytes: UnsafeRawBufferPointer)] {
    (0..<lvcd_embedded_model_count()).map { index in
      let model = lvcd_embedded_model_at(index)
      return (
        String(cString: model.name), model.kind, UnsafeRawBufferPointer(start: model.bytes, count: model.size)
      )
    }
  }
}
