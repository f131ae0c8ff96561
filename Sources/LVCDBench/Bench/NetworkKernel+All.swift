extension NetworkKernel {
  /// Layers of the full-size networks, most of the time of a run.
  static let all: [NetworkKernel] =
    unet + [
      square("VAE, 128 channels", 1, 128, 128, 320, 576),
      square("VGG conv1_2", 1, 64, 64, 256, 256), square("VGG conv4_2", 1, 512, 512, 32, 32),
      image("Inception 1a", [1, 3, 299, 299], [32, 3, 3, 3], stride: 2),
      square("Inception 2b", 1, 32, 64, 147, 147),
      image("Inception 1x7", [1, 192, 17, 17], [192, 192, 1, 7], padding: [0, 3]),
      image("Inception 7x1", [1, 192, 17, 17], [192, 192, 7, 1], padding: [3, 0]),
      clip("I3D 7x7x7", [1, 3, 16, 224, 224], [64, 3, 7, 7, 7], stride: 2, padding: [3, 3, 3]),
      clip("I3D 3x3x3", [1, 64, 8, 56, 56], [192, 64, 3, 3, 3], padding: [1, 1, 1]),
      clip("I3D 1x1x1", [1, 192, 8, 28, 28], [96, 192, 1, 1, 1], padding: [0, 0, 0]),
      image("RAFT GRU 1x5", [1, 384, 40, 72], [128, 384, 1, 5], padding: [0, 2]),
      image("RAFT GRU 5x1", [1, 384, 40, 72], [128, 384, 5, 1], padding: [2, 0]),
      NetworkKernel(
        name: "RAFT correlation lookup", operation: .lookup, input: [1, 256, 40, 72], parts: 4),
      NetworkKernel(
        name: "Grid sample, 2880 planes", operation: .sampling, input: [2880, 1, 40, 72],
        other: [2880, 9, 9, 2]),
    ]

  private static let unet: [NetworkKernel] = [
    square("UNet 3x3, 320", 1, 320, 320, 40, 72), square("UNet 3x3, 640", 1, 640, 640, 20, 36),
    square("UNet 3x3, 1280, 10x18", 1, 1280, 1280, 10, 18),
    square("UNet 3x3, 1280, 10x18, 14 frames", 14, 1280, 1280, 10, 18),
    square("UNet 3x3, 1280, 5x9", 1, 1280, 1280, 5, 9),
    square("UNet 3x3, 1280, 5x9, 14 frames", 14, 1280, 1280, 5, 9),
    image("UNet 3x3 halving", [1, 320, 40, 72], [320, 320, 3, 3], stride: 2, padding: [1, 1]),
    point("UNet 1x1, 320", 1, 320, 40, 72), point("UNet 1x1, 640", 1, 640, 20, 36),
    point("UNet 1x1, 1280, 10x18", 1, 1280, 10, 18), point("UNet 1x1, 1280, 5x9", 1, 1280, 5, 9),
    clip(
      "UNet 3x1x1 in time", [1, 320, 14, 40, 72], [320, 320, 3, 1, 1], padding: [1, 0, 0]),
    NetworkKernel(
      name: "UNet spatial attention", operation: .attention, input: [1, 2880, 320], other: [1, 5760, 320],
      parts: 5),
    NetworkKernel(
      name: "UNet temporal attention", operation: .attention, input: [2880, 19, 320], other: [2880, 19, 320],
      parts: 5),
    NetworkKernel(
      name: "UNet GroupNorm + SiLU", operation: .normalization, input: [1, 320, 40, 72], parts: 32),
    NetworkKernel(
      name: "UNet linear 320 to 2560", operation: .linear, input: [2880, 320], other: [2560, 320]),
  ]

  private static func square(
    _ name: String, _ samples: Int, _ inputs: Int, _ outputs: Int, _ height: Int, _ width: Int
  ) -> NetworkKernel {
    image(name, [samples, inputs, height, width], [outputs, inputs, 3, 3], padding: [1, 1])
  }

  private static func point(
    _ name: String, _ samples: Int, _ channels: Int, _ height: Int, _ width: Int
  ) -> NetworkKernel {
    image(name, [samples, channels, height, width], [channels, channels, 1, 1])
  }

  private static func image(
    _ name: String, _ input: [Int], _ kernel: [Int], stride: Int = 1, padding: [Int] = [0, 0]
  ) -> NetworkKernel {
    NetworkKernel(
      name: name, operation: .convolution2D, input: input, other: kernel, stride: [stride, stride],
      padding: padding)
  }

  private static func clip(
    _ name: String, _ input: [Int], _ kernel: [Int], stride: Int = 1, padding: [Int]
  ) -> NetworkKernel {
    NetworkKernel(
      name: name, operation: .convolution3D, input: input, other: kernel, stride: [stride, stride, stride],
      padding: padding)
  }
}
