/// The blocks of a UNet with their channels, as the configuration implies them. sgm `VideoUNet.__init__`.
struct UNetBlueprint: Sendable, Hashable {
  /// A block of the encoder.
  enum EncoderBlock: Sendable, Hashable {
    case input(outputs: Int)
    case residual(inputs: Int, outputs: Int, attends: Bool)
    case downsample(channels: Int)

    /// Channels of its result.
    var outputs: Int {
      switch self {
      case .input(let outputs), .residual(_, let outputs, _): outputs
      case .downsample(let channels): channels
      }
    }
  }

  /// A block of the decoder.
  struct DecoderBlock: Sendable, Hashable {
    /// Channels of what comes from below and from the encoder, together.
    var inputs: Int
    var outputs: Int
    var attends: Bool
    var upsamples: Bool
  }

  let encoder: [EncoderBlock]
  let decoder: [DecoderBlock]
  /// Channels of the middle block.
  let middle: Int

  init(_ configuration: ModelConfiguration) {
    let base = configuration.modelChannels
    let levels = configuration.channelMultipliers
    var encoder: [EncoderBlock] = [.input(outputs: base)]
    var channels = base
    for (level, multiplier) in levels.enumerated() {
      for _ in 0..<configuration.residualBlocks {
        encoder.append(
          .residual(inputs: channels, outputs: base * multiplier, attends: configuration.attends(at: level)))
        channels = base * multiplier
      }
      if level < levels.count - 1 { encoder.append(.downsample(channels: channels)) }
    }
    middle = channels
    var skips = encoder.map(\.outputs)
    var decoder: [DecoderBlock] = []
    for (level, multiplier) in levels.enumerated().reversed() {
      for index in 0...configuration.residualBlocks {
        decoder.append(
          DecoderBlock(
            inputs: channels + skips.removeLast(), outputs: base * multiplier,
            attends: configuration.attends(at: level),
            upsamples: level > 0 && index == configuration.residualBlocks))
        channels = base * multiplier
      }
    }
    self.encoder = encoder
    self.decoder = decoder
  }
}

extension ModelConfiguration {
  /// Whether the UNet level `level` has attention.
  func attends(at level: Int) -> Bool { attentionResolutions.contains(1 << level) }
}
