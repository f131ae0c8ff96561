internal import Foundation

/// The numbers of `torch.manual_seed(seed)` followed by `torch.randn(shape)` in float32 on a CPU, bit for
/// bit.
///
/// Requests of 16 values and more follow PyTorch's vectorised path (`normal_fill_AVX2`), smaller ones its
/// scalar path in double precision with a cached second value. PyTorch takes the vectorised path on every x86-64
/// machine with AVX2 (AVX-512 included); its logarithm, sine and cosine are the Cephes polynomials evaluated with
/// fused multiply-add, so this type needs no vector unit to give the same bits. Without AVX2, on other processors,
/// or with `ATEN_CPU_CAPABILITY=default`, PyTorch itself gives other last bits (up to about 2e-6 apart). Its scalar
/// path takes `log1p`, `sin` and `cos` from the C library in double precision, as ours does; another C library
/// could differ in the last bit of the float32 result, though only where a value lies on the edge of rounding.
///
/// Source: PyTorch `aten/src/ATen/native/cpu/DistributionTemplates.h` (`normal_kernel`) and
/// `aten/src/ATen/core/DistributionsHelper.h` (`normal_distribution`).
public struct TorchNoise: NoiseSource {
  /// PyTorch's vectorised path works on blocks of this many values and begins with requests of that size.
  private static let blockSize = 16
  private var twister: MersenneTwister
  private var cachedNormal: Double?

  /// The state after `torch.manual_seed(seed)`; PyTorch uses the lower 32 bits.
  public init(seed: UInt64) { twister = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed)) }

  /// What `torch.randn(shape)` returns next.
  public mutating func normal(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape) { values in
      if values.count >= Self.blockSize { fillBlocks(values) } else { fillOneByOne(values) }
    }
  }

  /// What `torch.rand(shape)` returns next: uniform values of 24 random bits in [0, 1).
  public mutating func uniform(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape) { values in fillUniform(values) }
  }

  private mutating func fillUniform(_ values: UnsafeMutableBufferPointer<Float>) {
    for index in values.indices { values[index] = Float(twister.nextWord() & 0xFF_FFFF) * 0x1p-24 }
  }

  private mutating func fillBlocks(_ values: UnsafeMutableBufferPointer<Float>) {
    fillUniform(values)
    let whole = values.count - values.count % Self.blockSize
    for start in stride(from: 0, to: whole, by: Self.blockSize) {
      transformBlock(UnsafeMutableBufferPointer(rebasing: values[start..<start + Self.blockSize]))
    }
    guard whole < values.count else { return }
    // The tail is not filled up: the last 16 values are drawn anew and overwrite part of the block before.
    let tail = UnsafeMutableBufferPointer(rebasing: values[(values.count - Self.blockSize)...])
    fillUniform(tail)
    transformBlock(tail)
  }

  /// Box-Muller on one block: value `j` and value `j + 8` come from the uniform values at these places.
  private func transformBlock(_ block: UnsafeMutableBufferPointer<Float>) {
    let half = Self.blockSize / 2
    for index in 0..<half {
      let logarithm = CephesMath.log(1 - block[index])
      let radius = (-2 * logarithm).squareRoot()
      let angle = CephesMath.sineAndCosine(CephesMath.twoPi * block[index + half])
      block[index] = radius * angle.cosine
      block[index + half] = radius * angle.sine
    }
  }

  private mutating func fillOneByOne(_ values: UnsafeMutableBufferPointer<Float>) {
    for index in values.indices {
      if let cached = cachedNormal {
        values[index] = Float(cached)
        cachedNormal = nil
        continue
      }
      let first = uniformDouble()
      let second = uniformDouble()
      let radius = (-2 * log1p(-second)).squareRoot()
      let angle = 2 * Double.pi * first
      cachedNormal = radius * sin(angle)
      values[index] = Float(radius * cos(angle))
    }
  }

  private mutating func uniformDouble() -> Double {
    Double(twister.next() & ((1 << 53) - 1)) * 0x1p-53
  }
}
