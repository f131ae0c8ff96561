internal import EmbeddedModels

/// Weights inside the program: small models that the project trained itself. Their numbers are not comparable with
/// those of the official weights.
public enum EmbeddedModels {
  /// The model that colours where no weights are named.
  public static let standard = "lvcd-mini"
  /// The same trained without Reference Attention, for the ablation of the paper's Table 2.
  public static let withoutReferenceAttention = "lvcd-mini-no-reference-attention"

  /// Names of the models in this program.
  public static var names: [String] { all.map(\.name).sorted() }

  /// The bytes of a weight file; nil where the program has none of this name.
  static func bytes(named name: String) -> UnsafeRawBufferPointer? {
    all.first { $0.name == name }?.bytes
  }

  private static var all: [(name: String, bytes: UnsafeRawBufferPointer)] {
    (0..<lvcd_embedded_model_count()).map { index in
      let model = lvcd_embedded_model_at(index)
      return (String(cString: model.name), UnsafeRawBufferPointer(start: model.bytes, count: model.size))
    }
  }
}
