internal import EmbeddedModels
internal import EvalCore
public import Foundation

/// The settings of the method `lvcd` as configurations and command lines write them.
public struct LVCDSettings: Sendable, Hashable {
  /// Weight files, the base first; empty: those inside the program.
  public var weights: [URL]
  /// The method or one of its ablations; nil: what the weights were trained for.
  public var variant: SamplingVariant?
  /// Frames shared by neighbouring segments; nil: the model's.
  public var overlap: Int?
  /// Steps per segment; nil: the model's.
  public var steps: Int?
  /// Factor α on the attention weights of a frame's previous result; nil: the model's.
  public var amplification: Double?
  /// The size at which the network works.
  public var resolution: WorkingSize

  /// Names of all settings.
  public static let names = ["amplification", "overlap", "resolution", "steps", "variant", "weights"]

  /// Settings with the model's own values.
  public init(weights: [URL]) {
    self.weights = weights
    resolution = .native
  }

  /// Reads settings from text.
  ///
  /// - Parameters:
  ///   - table: values by name; `weights` holds paths separated by commas.
  ///   - folder: what relative paths are relative to.
  /// - Throws: `ModelError.setting` for unknown names and values out of range.
  public init(_ table: [String: String], folder: URL) throws(ModelError) {
    self.init(weights: [])
    for (name, text) in table.sorted(by: { $0.key < $1.key }) {
      func bad(_ expected: String) -> ModelError { .setting(name: name, found: text, expected: expected) }
      switch name {
      case "weights":
        weights = text.split(separator: ",").map {
          URL(fileURLWithPath: $0.trimmingCharacters(in: .whitespaces), relativeTo: folder).absoluteURL
        }
      case "variant":
        variant = SamplingVariant(rawValue: text)
        let legal = SamplingVariant.allCases.map(\.rawValue)
        if variant == nil { throw bad("one of \(legal.joined(separator: ", "))") }
      case "overlap":
        overlap = Int(text)
        if overlap == nil { throw bad("a whole number of frames") }
      case "steps":
        steps = Int(text)
        if steps == nil { throw bad("a whole number of at least 1") }
      case "amplification":
        amplification = Double(text)
        if amplification == nil { throw bad("a number above 0") }
      case "resolution":
        guard let size = WorkingSize(text) else { throw bad("'native', 'input' or WIDTHxHEIGHT") }
        resolution = size
      default:
        throw bad(
          "one of the settings \(Self.names.joined(separator: ", "))"
            + NearestMatch.hint(name, among: Self.names))
      }
    }
  }

  /// The weights that are named, else those inside the program: each variant's own.
  ///
  /// - Throws: `CheckpointError`, or `ModelError.notEmbedded` for a variant that the program has no weights for.
  public func openWeights() throws -> WeightFiles {
    if let embeddedModel { return try WeightFiles(embedded: embeddedModel) }
    return try WeightFiles(weights)
  }

  /// The model inside the program that these settings ask for; nil where weights are named.
  public var embeddedModel: String? {
    guard weights.isEmpty else { return nil }
    return variant == .noReferenceAttention
      ? EmbeddedModels.withoutReferenceAttention : EmbeddedModels.standard
  }

  /// The sampling options for a model.
  ///
  /// - Throws: `ModelError.setting` for values that the model cannot take.
  public func options(_ configuration: ModelConfiguration, seed: UInt64) throws(ModelError) -> SamplingOptions
  {
    var options = SamplingOptions(configuration, seed: seed)
    if let variant {
      guard configuration.usesReferenceAttention || variant == .noReferenceAttention else {
        throw .setting(
          name: "variant", found: variant.rawValue,
          expected: "'\(SamplingVariant.noReferenceAttention.rawValue)', which these weights were trained for"
        )
      }
      options.variant = variant
    }
    if let overlap { options.overlap = overlap }
    if let steps { options.steps = steps }
    if let amplification { options.amplification = amplification }
    guard (0..<configuration.videoFrames).contains(options.overlap) else {
      throw .setting(
        name: "overlap", found: "\(options.overlap)", expected: "0 to \(configuration.videoFrames - 1) frames"
      )
    }
    let shift = configuration.previousReferenceShift
    guard options.overlap == 0 || shift <= 2 * options.overlap + 1 else {
      throw .setting(
        name: "overlap", found: "\(options.overlap)",
        expected: "0 or at least \(shift / 2): new frames read the frame \(shift) before them")
    }
    guard (1...10_000).contains(options.steps) else {
      throw .setting(name: "steps", found: "\(options.steps)", expected: "1 to 10000")
    }
    guard options.amplification > 0, options.amplification.isFinite else {
      throw .setting(name: "amplification", found: "\(options.amplification)", expected: "a number above 0")
    }
    return options
  }
}
