internal import Baselines
internal import EvalCore
internal import Foundation
internal import LVCDModel

/// The methods of this program by name: baselines and models.
public enum Colorizers {
  /// The diffusion model's name.
  public static let modelName = "lvcd"

  /// Name and one-line description of every method, in listing order.
  public static let entries: [(name: String, summary: String)] =
    ColorizerRegistry.entries + [(modelName, "video diffusion with Reference Attention; the small model in the program, or given weights")]

  /// The method called `name`; relative paths in `settings` are relative to `folder`.
  ///
  /// Throws `ColorizerRegistryError` for unknown names, and what the method throws for its settings and
  /// weights.
  static func make(_ name: String, settings: [String: String], folder: URL) throws -> any Colorizer {
    if name == modelName { return try LVCDColorizer(LVCDSettings(settings, folder: folder)) }
    guard ColorizerRegistry.entries.contains(where: { $0.name == name }) else {
      throw ColorizerRegistryError.unknownColorizer(name: name, legal: entries.map(\.name))
    }
    return try ColorizerRegistry.make(name, settings: settings)
  }
}

extension MethodSpec {
  /// Whether this row is made by a network of this program.
  public var isModel: Bool {
    if case .colorizer(Colorizers.modelName, _) = source { return true }
    return false
  }
}
