internal import Baselines
internal import EvalCore
internal import Foundation
internal import LVCDModel

/// The methods of this program by name: baselines and models. One model serves all rows that use its weights.
public final class Colorizers {
  /// The diffusion model's name.
  public static let modelName = "lvcd"

  /// Name and one-line description of every method, in listing order.
  public static let entries: [(name: String, summary: String)] =
    ColorizerRegistry.entries + [
      (
        modelName,
        "video diffusion with Reference Attention; the small model in the program, or given weights"
      )
    ]

  /// By the paths of the weights, or the name of the model inside the program.
  private var models: [[String]: (model: ColorizationModel, hashes: [String])] = [:]

  init() {}

  /// The method called `name`; relative paths in `settings` are relative to `folder`.
  ///
  /// Throws `ColorizerRegistryError` for unknown names, and what the method throws for its settings and
  /// weights.
  func make(_ name: String, settings: [String: String], folder: URL) throws -> any Colorizer {
    if name == Self.modelName {
      let settings = try LVCDSettings(settings, folder: folder)
      let key = settings.embeddedModel.map { [$0] } ?? settings.weights.map(\.path)
      let known = try models[key] ?? load(settings, key: key)
      return try LVCDColorizer(
        model: known.model, settings: settings, weightHashes: known.hashes,
        embeddedName: settings.embeddedModel)
    }
    guard ColorizerRegistry.entries.contains(where: { $0.name == name }) else {
      throw ColorizerRegistryError.unknownColorizer(name: name, legal: Self.entries.map(\.name))
    }
    return try ColorizerRegistry.make(name, settings: settings)
  }

  private func load(
    _ settings: LVCDSettings, key: [String]
  ) throws -> (model: ColorizationModel, hashes: [String]) {
    let files = try settings.openWeights()
    let loaded = (model: try files.model(), hashes: try files.hashes())
    models[key] = loaded
    return loaded
  }
}

extension MethodSpec {
  /// Whether this row is made by a network of this program.
  public var isModel: Bool {
    if case .colorizer(Colorizers.modelName, _) = source { return true }
    return false
  }
}
