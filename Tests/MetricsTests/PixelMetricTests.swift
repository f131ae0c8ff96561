import CKernels
import EvalCore
import Foundation
import Testing

@testable import Metrics

/// One entry of `pairs/psnr_ssim.json`.
private struct PairGolden: Decodable {
  let mse01: Double
  let psnr_cap100: Double
  let psnr_inf: Double?
  let ssim: [String: Double]

  init(from decoder: any Decoder) throws {
    let values = try decoder.singleValueContainer().decode([String: NumberOrText].self)
    func number(_ key: String) throws -> Double {
      guard let value = values[key]?.number else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "\(key) is not a number"))
      }
      return value
    }
    mse01 = try number("mse01")
    psnr_cap100 = try number("psnr_cap100")
    psnr_inf = values["psnr_inf"]?.number
    ssim = values.filter { $0.key.hasPrefix("ssim_") }.compactMapValues(\.number)
  }

  private enum NumberOrText: Decodable {
    case number(Double)
    case text(String)
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      self = try (try? .number(container.decode(Double.self))) ?? .text(container.decode(String.self))
    }
  }
}

@Suite struct PixelMetricTests {
  /// The two frames that a name of `pairs/psnr_ssim.json` stands for; nil for an unknown name.
  private static func frames(_ name: String) throws -> (Frame, Frame)? {
    let first = try GoldenFiles.frame("clips/move/orig/000.png")
    func grey(_ value: UInt8) -> Frame {
      Frame(width: first.width, height: first.height, red: value, green: value, blue: value)
    }
    switch name {
    case "identical": return (first, first)
    case "zero_vs_one": return (grey(0), grey(255))
    case "const_10_12": return (grey(10), grey(12))
    case "one_lsb": return (first, try GoldenFiles.frame("pairs/one_lsb_b.png"))
    case "noise":
      return (try GoldenFiles.frame("pairs/noise_a.png"), try GoldenFiles.frame("pairs/noise_b.png"))
    case "inverted":
      return (first, Frame(width: first.width, height: first.height, rgb: first.rgb.map { 255 - $0 }))
    default:
      let parts = name.split(separator: "_")
      guard parts.count == 2, let index = Int(parts[1]) else { return nil }
      let file = String(format: "%03d.png", index)
      guard GoldenFiles.exists("clips/\(parts[0])/gen/\(file)") else { return nil }
      return (
        try GoldenFiles.frame("clips/\(parts[0])/orig/\(file)"),
        try GoldenFiles.frame("clips/\(parts[0])/gen/\(file)")
      )
    }
  }

  private static let variants: [String: SSIMVariant] = [
    "ssim_gauss_valid_rgb": .gaussianValidRGB,
    "ssim_gauss_valid_luma601": .gaussianValidLuma,
    "ssim_skimage_gaussian_population": .gaussianValidRGB,
    "ssim_skimage_gaussian_sample": .gaussianSampleRGB,
    "ssim_skimage_uniform7": .uniformSampleRGB,
    "ssim_torchmetrics_float64": .gaussianReflectRGB,
  ]

  @Test func goldenPairs() throws {
    let goldens = try GoldenFiles.json("pairs/psnr_ssim.json", as: [String: PairGolden].self)
    let capped = try PSNRMetric()
    let open = try PSNRMetric(options: ["identical": "inf"])
    #expect(goldens.count >= 8)
    for (name, golden) in goldens {
      let (a, b) = try #require(try Self.frames(name), "no frames for pair '\(name)'")
      let error = SquaredError.mean(a, b)
      #expect(abs(error - golden.mse01) < 1e-14, "\(name)")
      #expect(abs(try #require(capped.decibel(error)) - golden.psnr_cap100) < 1e-9, "\(name)")
      #expect((open.decibel(error) == nil) == (golden.psnr_inf == nil), "\(name)")
      if let expected = golden.psnr_inf {
        #expect(abs(try #require(open.decibel(error)) - expected) < 1e-9, "\(name)")
      }
      for (key, variant) in Self.variants {
        let expected = try #require(golden.ssim[key])
        let value = try #require(StructuralSimilarity.mean(a, b, variant: variant))
        // The torchmetrics reference was given float32 pixels, which moves it by up to 3e-9.
        let tolerance = variant == .gaussianReflectRGB ? 1e-8 : 1e-10
        #expect(abs(value - expected) < tolerance, "\(name) \(key): \(value) for \(expected)")
      }
    }
  }

  @Test func squaredErrorIsExactInAllVariants() {
    var generator = SeededGenerator(3)
    for count in [0, 1, 2, 15, 16, 17, 31, 33, 63, 64, 65, 127, 1000, 65534, 65535, 65536, 200_000] {
      let a = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let b = count > 65_000 ? a.map { $0 < 128 ? 255 : 0 } : a.shuffled(using: &generator)
      let expected = zip(a, b).reduce(UInt64(0)) { sum, pair in
        let difference = Int(pair.0) - Int(pair.1)
        return sum + UInt64(difference * difference)
      }
      for isa in 0...ck_isa() { #expect(ck_squared_error_u8_isa(a, b, count, isa) == expected) }
    }
  }

  @Test func structuralSimilarityIsBitEqualInAllVariants() {
    var generator = SeededGenerator(5)
    let taps = SSIMVariant.gaussianValidRGB.taps
    for (width, height, channels) in [
      (11, 11, 3), (12, 11, 1), (18, 13, 1), (19, 30, 3), (40, 17, 3), (64, 64, 2),
    ] {
      let a = generator.frame(width, height).rgb
      let b = generator.frame(width, height).rgb
      let sums = taps.withUnsafeBufferPointer { taps in
        var plan = ck_ssim_plan(
          height: height, width: width, channels: channels, taps: taps.baseAddress,
          tap_count: taps.count, covariance_factor: 1, c1: 6.5025, c2: 58.5225)
        var scratch = [Double](repeating: .nan, count: ck_ssim_scratch_count(&plan))
        return (0...ck_isa()).flatMap { isa in
          [
            ck_ssim_sum_u8(a, b, &plan, &scratch, isa),
            ck_ssim_sum_f64(a.map(Double.init), b.map(Double.init), &plan, &scratch, isa),
          ]
        }
      }
      #expect(Set(sums.map(\.bitPattern)).count == 1, "\(width)x\(height)x\(channels): \(sums)")
      #expect(sums[0].isFinite)
    }
  }

  @Test func structuralSimilarityEqualsItsDefinition() throws {
    var generator = SeededGenerator(9)
    let a = generator.frame(23, 14)
    let b = Frame(
      width: 23, height: 14, rgb: a.rgb.map { $0 / 2 + UInt8.random(in: 0...60, using: &generator) })
    let value = try #require(StructuralSimilarity.mean(a, b))
    #expect(abs(value - naiveSSIM(a, b)) < 1e-12)
    #expect(StructuralSimilarity.mean(a, a) == 1)
    #expect(StructuralSimilarity.mean(b, a) == value)
  }

  @Test func windowMustFit() throws {
    let small = Frame(width: 10, height: 40, red: 1, green: 2, blue: 3)
    #expect(StructuralSimilarity.mean(small, small) == nil)
    #expect(StructuralSimilarity.mean(small, small, variant: .uniformSampleRGB) == 1)
    let observer = try SSIMMetric().makeObserver(clipID: "tiny")
    #expect(
      throws: MetricsError.frameSmallerThanWindow(
        clip: "tiny", index: 4, size: small.size, window: 11)
    ) {
      try observer.observe(
        original: OriginalFrame(index: 4, frame: small), generated: GeneratedFrame(frame: small))
    }
  }

  /// The window sum written out, population moments, values in 0…1.
  private func naiveSSIM(_ a: Frame, _ b: Frame) -> Double {
    let taps = SSIMVariant.gaussianValidRGB.taps
    var total = 0.0
    for y in 0...(a.height - 11) {
      for x in 0...(a.width - 11) {
        for channel in 0..<3 {
          var (ma, mb, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0)
          for v in 0..<11 {
            for u in 0..<11 {
              let weight = taps[v] * taps[u]
              let position = 3 * ((y + v) * a.width + x + u) + channel
              let (p, q) = (Double(a.rgb[position]) / 255, Double(b.rgb[position]) / 255)
              ma += weight * p
              mb += weight * q
              aa += weight * p * p
              bb += weight * q * q
              ab += weight * p * q
            }
          }
          let luminance = (2 * ma * mb + 1e-4) / (ma * ma + mb * mb + 1e-4)
          let structure = (2 * (ab - ma * mb) + 9e-4) / (aa - ma * ma + bb - mb * mb + 9e-4)
          total += luminance * structure
        }
      }
    }
    return total / Double((a.height - 10) * (a.width - 10) * 3)
  }
}
