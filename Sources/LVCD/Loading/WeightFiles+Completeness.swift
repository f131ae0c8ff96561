internal import Checkpoints

extension WeightFiles {
  /// A part of the model whose tensors share a prefix.
  private struct Part {
    var name: String
    /// Beginnings of its tensors' names, of which one must occur; the official one first.
    var prefixes: [String]
    /// The official file that holds it.
    var officialFile: String
  }

  private static let controlPrefix = "control_model."
  private static let autoencoderPrefixes = ["first_stage_model.", "codec."]
  private static let parts = [
    Part(name: "autoencoder", prefixes: autoencoderPrefixes, officialFile: "svd.safetensors"),
    Part(name: "conditioner", prefixes: ["conditioner."], officialFile: "svd.safetensors"),
    Part(name: "UNet", prefixes: ["model.diffusion_model."], officialFile: "svd.safetensors"),
    Part(name: "ControlNet", prefixes: [controlPrefix], officialFile: "lvcd.ckpt"),
  ]

  /// Requires that the files hold something of every part: a file that was forgotten is named as such, rather
  /// than by the first tensor that is missing.
  ///
  /// - Throws: `ModelError.missingPart`.
  func requireEveryPart() throws(ModelError) {
    let names = files.flatMap(\.names)
    for part in Self.parts where !names.contains(where: { $0.begins(withOneOf: part.prefixes) }) {
      throw .missingPart(
        files: files.map(\.name).joined(separator: " + "), part: part.name, prefix: part.prefixes[0],
        officialFile: part.officialFile)
    }
  }

  /// Requires that no base model stands behind the file that was trained on it: it would replace the trained
  /// tensors, and the result would be wrong without a word.
  ///
  /// - Throws: `ModelError.weightOrder`.
  func requireOrder() throws(ModelError) {
    for (index, file) in files.enumerated() where file.holds([Self.controlPrefix]) {
      let trained = Set(file.names)
      for base in files[(index + 1)...]
      where base.holds(Self.autoencoderPrefixes) && !base.holds([Self.controlPrefix]) {
        guard let replaced = base.names.first(where: trained.contains) else { continue }
        throw .weightOrder(file: file.name, base: base.name, tensor: replaced)
      }
    }
  }
}

extension CheckpointFile {
  fileprivate func holds(_ prefixes: [String]) -> Bool { names.contains { $0.begins(withOneOf: prefixes) } }
}

extension String {
  fileprivate func begins(withOneOf prefixes: [String]) -> Bool { prefixes.contains { hasPrefix($0) } }
}
