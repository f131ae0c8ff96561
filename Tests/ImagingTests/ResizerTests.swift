import EvalCore
import Foundation
import Imaging
import Media
import TestSupport
import Testing

@Suite struct ResizerTests {
  /// Names in the golden file after `<input>_<H>x<W>_`, the filter they prove, the tolerance, and the share
  /// of values that may differ.
  static let references: [(suffix: String, filter: ResizeFilter, tolerance: Double, share: Double)] = [
    // PyTorch computes positions in float32.
    ("torch_bilinear_aa_f32", .bilinearAA, 2e-3, 1), ("torch_bilinear_f32", .bilinearNoAA, 2e-3, 1),
    ("torch_bicubic_aa_f32", .bicubicAA, 2e-3, 1), ("pil_bicubic_f32", .bicubicAA, 2e-4, 1),
    ("cv_area_f32", .area, 2e-4, 1), ("tf1_bilinear_f32", .tf1Bilinear, 2e-4, 1),
    ("torch_bilinear_aa_u8", .bilinearAA, 1, 0.001),
    ("pil_bilinear_u8", .pillowBilinear, 0, 0), ("pil_bicubic_u8", .pillowBicubic, 0, 0),
    ("pil_lanczos_u8", .pillowLanczos, 0, 0), ("pil_box_u8", .pillowBox, 0, 0),
  ]

  @Test func equalsTheReferenceImplementations() throws {
    let folder = Goldens.metrics.appendingPathComponent("resize")
    let expected = try GoldenTensors(folder.appendingPathComponent("expected.safetensors"))
    var compared = 0
    for name in expected.names {
      let parts = name.split(separator: "_", maxSplits: 2).map(String.init)
      guard let reference = Self.references.first(where: { $0.suffix == parts[2] }) else { continue }
      let frame = try PNGFile.read(folder.appendingPathComponent("in_\(parts[0]).png"))
      let shape = expected.shape(name)
      let size = FrameSize(width: shape[1], height: shape[0])
      let resizer = Resizer(from: frame.size, to: size, filter: reference.filter)
      let isFloat = name.hasSuffix("f32")
      let found = isFloat ? resizer.float(frame).values : resizer(frame).rgb.map(Float.init)
      let wanted = isFloat ? expected.floats(name) : expected.bytes(name).map(Float.init)
      #expect(found.count == wanted.count)
      let deviations = zip(found, wanted).map { Double(abs($0 - $1)) }
      let worst = deviations.max() ?? .infinity
      #expect(worst <= reference.tolerance, "\(name): worst deviation \(worst)")
      let share = Double(deviations.filter { $0 > 0 }.count) / Double(deviations.count)
      #expect(share <= reference.share, "\(name): \(share) of the values differ")
      compared += 1
    }
    #expect(compared >= 10)
  }

  @Test(arguments: ResizeFilter.allCases)
  func identityReturnsTheFrame(filter: ResizeFilter) {
    let frame = Frame(width: 5, height: 4, rgb: (0..<60).map { UInt8($0 * 4) })
    let resizer = Resizer(from: frame.size, to: frame.size, filter: filter)
    #expect(resizer(frame) == frame)
    #expect(resizer.float(frame) == FloatImage(frame))
  }

  @Test(arguments: ResizeFilter.allCases)
  func constantStaysConstant(filter: ResizeFilter) {
    let frame = Frame(width: 31, height: 17, red: 3, green: 200, blue: 255)
    for size in [
      FrameSize(width: 1, height: 1), FrameSize(width: 64, height: 3), FrameSize(width: 7, height: 40),
    ] {
      let resized = Resizer(from: frame.size, to: size, filter: filter)(frame)
      #expect(resized == Frame(width: size.width, height: size.height, red: 3, green: 200, blue: 255))
    }
  }

  @Test func roundsHalfToEven() {
    // Pairs averaged by halving: 0.5, 1.5, 2.5 and 254.5.
    let frame = Frame(width: 2, height: 1, rgb: [0, 1, 2, 1, 2, 3])
    let resized = Resizer(from: frame.size, to: FrameSize(width: 1, height: 1), filter: .area)(frame)
    #expect(resized.rgb == [0, 2, 2])
    let image = FloatImage(width: 1, height: 1, channels: 3, values: [-4, 254.5, 300])
    #expect(image.rounded().rgb == [0, 254, 255])
  }

  @Test func swappingAxesSwapsTheResult() {
    let values = (0..<(13 * 9 * 3)).map { UInt8(truncatingIfNeeded: $0 &* 73) }
    let frame = Frame(width: 13, height: 9, rgb: values)
    let wide = Resizer(from: frame.size, to: FrameSize(width: 5, height: 21), filter: .lanczos3AA).float(
      frame)
    let turned = transposed(frame)
    let tall = Resizer(from: turned.size, to: FrameSize(width: 21, height: 5), filter: .lanczos3AA).float(
      turned)
    for y in 0..<21 {
      for x in 0..<5 {
        for channel in 0..<3 {
          let left = wide.values[(y * 5 + x) * 3 + channel]
          let right = tall.values[(x * 21 + y) * 3 + channel]
          let difference = abs(left - right)
          #expect(difference < 2e-3)
        }
      }
    }
  }

  private func transposed(_ frame: Frame) -> Frame {
    var rgb: [UInt8] = []
    for x in 0..<frame.width {
      for y in 0..<frame.height {
        let start = (y * frame.width + x) * 3
        rgb += frame.rgb[start..<(start + 3)]
      }
    }
    return Frame(width: frame.height, height: frame.width, rgb: rgb)
  }

  @Test(arguments: ResizeFilter.allCases) func planesAreResizedAsPictures(filter: ResizeFilter) {
    guard !filter.isFixedPoint else { return }
    let from = FrameSize(width: 23, height: 17)
    var state: UInt64 = 5
    let rgb = (0..<from.width * from.height * 3).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 40)
    }
    let frame = Frame(width: from.width, height: from.height, rgb: rgb)
    for to in [FrameSize(width: 9, height: 30), FrameSize(width: 40, height: 5)] {
      let resizer = Resizer(from: from, to: to, filter: filter)
      let green = resizer.plane(stride(from: 1, to: rgb.count, by: 3).map { Double(rgb[$0]) })
      let pictures = resizer.float(frame).values
      for (index, value) in green.enumerated() { #expect(abs(value - Double(pictures[3 * index + 1])) < 1e-4) }
    }
  }

  @Test func areaAveragesBoxes() {
    let from = FrameSize(width: 4, height: 2)
    let halves = Resizer(from: from, to: FrameSize(width: 2, height: 1), filter: .area)
    #expect(halves.plane([0, 1, 2, 3, 4, 5, 6, 7]) == [2.5, 4.5])
    let pair = FrameSize(width: 2, height: 1)
    let thirds = Resizer(from: pair, to: FrameSize(width: 3, height: 1), filter: .area).plane([0, 3])
    #expect(zip(thirds, [0, 1.5, 3]).allSatisfy { abs($0 - $1) < 1e-12 })
  }
}
