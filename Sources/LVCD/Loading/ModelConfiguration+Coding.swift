public import Foundation

extension ModelConfiguration {
  /// Reads the JSON form.
  ///
  /// - Parameter file: what messages call the source.
  /// - Throws: `ModelError.configuration` for missing, unknown or impossible values.
  public init(json: Data, file: String) throws(ModelError) {
    let known = Set(CodingKeys.allCases.map(\.rawValue))
    do {
      let object = try JSONDecoder().decode([String: UncheckedValue].self, from: json)
      if let unknown = object.keys.filter({ !known.contains($0) }).sorted().first {
        throw ModelError.configuration(file: file, what: "unknown entry '\(unknown)'")
      }
      self = try JSONDecoder().decode(ModelConfiguration.self, from: json)
    } catch let error as ModelError {
      throw error
    } catch let error as DecodingError {
      throw .configuration(file: file, what: error.oneLine)
    } catch {
      throw .configuration(file: file, what: "\(error)")
    }
    if let problem { throw .configuration(file: file, what: problem) }
  }

  /// Reads one object; entries that may be absent get the values their properties document.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let codec = try values.decodeIfPresent(CodecConfiguration.self, forKey: .codec)
    // With a codec of its own, a file says nothing of the official autoencoder.
    func official<Value: Decodable>(_ key: CodingKeys, otherwise value: Value) throws -> Value {
      codec == nil ? try values.decode(Value.self, forKey: key) : value
    }
    let multipliers = try official(.autoencoderMultipliers, otherwise: [1])
    self.init(
      videoFrames: try values.decode(Int.self, forKey: .videoFrames),
      overlap: try values.decode(Int.self, forKey: .overlap),
      groupNormGroups: try values.decode(Int.self, forKey: .groupNormGroups),
      modelChannels: try values.decode(Int.self, forKey: .modelChannels),
      channelMultipliers: try values.decode([Int].self, forKey: .channelMultipliers),
      residualBlocks: try values.decode(Int.self, forKey: .residualBlocks),
      attentionResolutions: try values.decode([Int].self, forKey: .attentionResolutions),
      headChannels: try values.decode(Int.self, forKey: .headChannels),
      contextWidth: try values.decode(Int.self, forKey: .contextWidth),
      vectorEmbedderWidth: try values.decode(Int.self, forKey: .vectorEmbedderWidth),
      latentHeight: try values.decode(Int.self, forKey: .latentHeight),
      latentWidth: try values.decode(Int.self, forKey: .latentWidth),
      samplingSteps: try values.decode(Int.self, forKey: .samplingSteps),
      sigmaMin: try values.decode(Double.self, forKey: .sigmaMin),
      sigmaMax: try values.decode(Double.self, forKey: .sigmaMax),
      rho: try values.decode(Double.self, forKey: .rho),
      amplification: try values.decode(Double.self, forKey: .amplification),
      lastAmplifiedOrdinal: try values.decode(Int.self, forKey: .lastAmplifiedOrdinal),
      previousReferenceShift: try values.decode(Int.self, forKey: .previousReferenceShift),
      autoencoderChannels: try official(.autoencoderChannels, otherwise: 1),
      autoencoderMultipliers: multipliers,
      autoencoderResidualBlocks: try official(.autoencoderResidualBlocks, otherwise: 1),
      conditionMultipliers: try values.decodeIfPresent([Int].self, forKey: .conditionMultipliers)
        ?? multipliers,
      scaleFactor: try values.decode(Double.self, forKey: .scaleFactor),
      imageEncoder: try values.decode(ImageEncoderConfiguration.self, forKey: .imageEncoder),
      framesPerSecondID: try values.decode(Double.self, forKey: .framesPerSecondID),
      motionBucketID: try values.decode(Double.self, forKey: .motionBucketID),
      conditionAugmentation: try values.decode(Double.self, forKey: .conditionAugmentation),
      decodeChunk: try values.decodeIfPresent(Int.self, forKey: .decodeChunk) ?? 10,
      decodeOverlap: try values.decodeIfPresent(Int.self, forKey: .decodeOverlap) ?? (codec == nil ? 3 : 0),
      decodeFirst: try values.decodeIfPresent(Int.self, forKey: .decodeFirst) ?? 1,
      latentChannels: try values.decodeIfPresent(Int.self, forKey: .latentChannels) ?? 4,
      usesReferenceAttention: try values.decodeIfPresent(Bool.self, forKey: .usesReferenceAttention) ?? true,
      feedForwardRatio: try values.decodeIfPresent(Int.self, forKey: .feedForwardRatio) ?? 4, codec: codec)
    if let total = try values.decodeIfPresent(Int.self, forKey: .totalFrames) {
      guard total == 1 + overlap + videoFrames else {
        throw DecodingError.dataCorruptedError(
          forKey: .totalFrames, in: values,
          debugDescription: "\(total) frames are not 1 + \(overlap) + \(videoFrames)")
      }
    }
  }

  /// Writes every entry.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(videoFrames, forKey: .videoFrames)
    try values.encode(overlap, forKey: .overlap)
    try values.encode(1 + overlap + videoFrames, forKey: .totalFrames)
    try values.encode(groupNormGroups, forKey: .groupNormGroups)
    try values.encode(modelChannels, forKey: .modelChannels)
    try values.encode(channelMultipliers, forKey: .channelMultipliers)
    try values.encode(residualBlocks, forKey: .residualBlocks)
    try values.encode(attentionResolutions, forKey: .attentionResolutions)
    try values.encode(headChannels, forKey: .headChannels)
    try values.encode(contextWidth, forKey: .contextWidth)
    try values.encode(vectorEmbedderWidth, forKey: .vectorEmbedderWidth)
    try values.encode(latentHeight, forKey: .latentHeight)
    try values.encode(latentWidth, forKey: .latentWidth)
    try values.encode(samplingSteps, forKey: .samplingSteps)
    try values.encode(sigmaMin, forKey: .sigmaMin)
    try values.encode(sigmaMax, forKey: .sigmaMax)
    try values.encode(rho, forKey: .rho)
    try values.encode(amplification, forKey: .amplification)
    try values.encode(lastAmplifiedOrdinal, forKey: .lastAmplifiedOrdinal)
    try values.encode(previousReferenceShift, forKey: .previousReferenceShift)
    try values.encode(scaleFactor, forKey: .scaleFactor)
    try values.encode(imageEncoder, forKey: .imageEncoder)
    try values.encode(framesPerSecondID, forKey: .framesPerSecondID)
    try values.encode(motionBucketID, forKey: .motionBucketID)
    try values.encode(conditionAugmentation, forKey: .conditionAugmentation)
    try values.encode(decodeChunk, forKey: .decodeChunk)
    try values.encode(decodeOverlap, forKey: .decodeOverlap)
    try values.encode(decodeFirst, forKey: .decodeFirst)
    try values.encode(latentChannels, forKey: .latentChannels)
    try values.encode(usesReferenceAttention, forKey: .usesReferenceAttention)
    try values.encode(feedForwardRatio, forKey: .feedForwardRatio)
    try values.encodeIfPresent(codec, forKey: .codec)
    guard codec == nil else { return }
    try values.encode(autoencoderChannels, forKey: .autoencoderChannels)
    try values.encode(autoencoderMultipliers, forKey: .autoencoderMultipliers)
    try values.encode(autoencoderResidualBlocks, forKey: .autoencoderResidualBlocks)
    try values.encode(conditionMultipliers, forKey: .conditionMultipliers)
  }

  /// The first value that no network can have, in words; nil when all are possible.
  var problem: String? {
    let positive: [(String, Int)] = [
      ("video_frames", videoFrames), ("group_norm_groups", groupNormGroups),
      ("model_channels", modelChannels),
      ("num_res_blocks", residualBlocks), ("head_channels", headChannels), ("context_dim", contextWidth),
      ("vector_embedder_dim", vectorEmbedderWidth), ("latent_height", latentHeight),
      ("latent_width", latentWidth), ("sampling_steps", samplingSteps), ("vae_channels", autoencoderChannels),
      ("vae_res_blocks", autoencoderResidualBlocks), ("latent_channels", latentChannels),
      ("decode_first", decodeFirst), ("channel_mult", channelMultipliers.min() ?? 0),
      ("vae_mult", autoencoderMultipliers.min() ?? 0),
      ("condition_vae_mult", conditionMultipliers.min() ?? 0),
      ("clip.image_size", imageEncoder.imageSize), ("clip.width", imageEncoder.width),
      ("clip.head_width", imageEncoder.headWidth), ("clip.patch_size", imageEncoder.patchSize),
      ("clip.embed_dim", imageEncoder.embeddingWidth), ("ff_mult", feedForwardRatio),
    ]
    for (name, value) in positive where value < 1 || value > 1 << 20 {
      return "'\(name)' is \(value), expected at least 1"
    }
    if overlap < 0 || overlap > videoFrames { return "'overlap' is \(overlap), expected 0 to \(videoFrames)" }
    if let problem = codec?.problem { return problem }
    if let codec, codec.latentChannels != latentChannels {
      return "'codec.latent_channels' is \(codec.latentChannels), 'latent_channels' \(latentChannels)"
    }
    if spatialFactor != HintEncoder.reduction {
      return "latents are 1/\(spatialFactor) of a picture, the lineart's features 1/\(HintEncoder.reduction)"
    }
    if decodeOverlap < 0 || decodeChunk <= decodeFirst + decodeOverlap {
      return "'decode_chunk' is \(decodeChunk), expected more than 'decode_first' + 'decode_overlap'"
    }
    if !(sigmaMin > 0 && sigmaMax > sigmaMin && rho > 0 && sigmaMax.isFinite && rho.isFinite) {
      return "noise levels \(sigmaMin) to \(sigmaMax) with 'rho' \(rho), expected 0 < sigma_min < sigma_max"
    }
    if !(amplification > 0 && amplification.isFinite) {
      return "'amplify' is \(amplification), expected above 0"
    }
    if !(scaleFactor > 0 && scaleFactor.isFinite) {
      return "'scale_factor' is \(scaleFactor), expected above 0"
    }
    for multiplier in channelMultipliers where modelChannels * multiplier % headChannels != 0 {
      return "'head_channels' \(headChannels) does not divide \(modelChannels * multiplier) channels"
    }
    for multiplier in channelMultipliers where modelChannels * multiplier % groupNormGroups != 0 {
      return "'group_norm_groups' \(groupNormGroups) does not divide \(modelChannels * multiplier) channels"
    }
    if imageEncoder.width % imageEncoder.headWidth != 0 {
      return "'clip.head_width' \(imageEncoder.headWidth) does not divide \(imageEncoder.width)"
    }
    return nil
  }
}

/// Accepts any JSON value: only the keys are looked at.
private struct UncheckedValue: Decodable {
  init(from decoder: any Decoder) {}
}

extension DecodingError {
  /// The entry and what is wrong with it.
  fileprivate var oneLine: String {
    switch self {
    case .keyNotFound(let key, _): "no entry '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "entry '\(context.codingPath.map(\.stringValue).joined(separator: "."))': \(context.debugDescription)"
    case .dataCorrupted(let context): context.debugDescription
    @unknown default: "\(self)"
    }
  }
}
