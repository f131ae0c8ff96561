public import TensorCore

/// Something that turns pictures into latents and back.
///
/// The model knows its autoencoder through this protocol only, so that a smaller codec can take the place of
/// the official one. Latents are "unscaled" here: the network sees them times `scale`.
public protocol Autoencoder: Sendable {
  /// Pixels per latent along each side.
  var spatialFactor: Int { get }
  /// Channels of a latent.
  var latentChannels: Int { get }
  /// Factor between these latents and those of the network; 0.18215 officially.
  var scale: Float { get }

  /// Latents `[N, C, H / f, W / f]` of pictures `[N, 3, H, W]` in -1…1.
  ///
  /// An encoder that describes a distribution returns its mean, or with `noise`, standard normal values of
  /// the result's shape, a sample of it; others ignore the noise.
  func encode(_ frames: Tensor, noise: Tensor?) -> Tensor

  /// Whether `decode` needs the frames' lineart; the official decoder does not know it.
  var decodesWithLineart: Bool { get }

  /// Pictures `[N, 3, f H, f W]`, about -1…1, of latents `[N, C, H, W]`, which are consecutive frames of one
  /// clip.
  ///
  /// - Parameter lineart: `[N, 3, f H, f W]`, 1 on lines; required where `decodesWithLineart`, else ignored.
  func decode(_ latents: Tensor, lineart: Tensor?) -> Tensor
}

extension Autoencoder {
  /// The mean of each picture's latents.
  public func encode(_ frames: Tensor) -> Tensor { encode(frames, noise: nil) }
}
