import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@testable import Perception

@Suite struct DISTests {
  /// Coloured discs on a ground with soft texture, moved by whole pixels.
  private func picture(width: Int, height: Int, shiftX: Int, shiftY: Int) -> Frame {
    var rgb: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let (px, py) = (Double(x - shiftX), Double(y - shiftY))
        let wave = 40 * sin(px / 7) * cos(py / 9) + 30 * sin((px + 2 * py) / 11)
        let disc = (px - 70) * (px - 70) + (py - 60) * (py - 60) < 900
        let base = disc ? [220.0, 80, 60] : [90.0, 140, 190]
        rgb.append(contentsOf: base.map { UInt8(min(255, max(0, $0 + wave))) })
      }
    }
    return Frame(width: width, height: height, rgb: rgb)
  }

  @Test(arguments: [(0, 0), (3, -2), (11, 6)])
  func findsATranslation(shiftX: Int, shiftY: Int) throws {
    let first = picture(width: 144, height: 120, shiftX: 0, shiftY: 0)
    let second = picture(width: 144, height: 120, shiftX: shiftX, shiftY: shiftY)
    let flow = try DISEstimator().flow(from: first, to: second)
    #expect(flow.size == first.size)
    var errors: [Float] = []
    for y in 16..<104 {
      for x in 16..<128 {
        let (u, v) = (flow.dx[y * 144 + x] - Float(shiftX), flow.dy[y * 144 + x] - Float(shiftY))
        errors.append((u * u + v * v).squareRoot())
      }
    }
    let mean = errors.reduce(0, +) / Float(errors.count)
    #expect(mean < 0.1, "mean end-point error \(mean) px")
  }

  /// The golden clip's exact flow is `tc/flows`, which leads back in time, with noise of 0.05 px.
  @Test func followsTheGoldenClip() throws {
    let frames = try (0..<2).map {
      try PNGFile.read(Goldens.metrics.appendingPathComponent("clips/move/orig/00\($0).png"))
    }
    let truth = try GoldenTensors(Goldens.metrics.appendingPathComponent("tc/flows.safetensors"))
    let halves = truth.bytes("move.flow_tplus1_to_t")
    let area = frames[0].width * frames[0].height
    func value(_ index: Int) -> Float {
      Float(Float16(bitPattern: UInt16(halves[2 * index]) | UInt16(halves[2 * index + 1]) << 8))
    }
    let flow = try DISEstimator().flow(from: frames[1], to: frames[0])
    var errors: [Float] = []
    var lengths: [Float] = []
    for pixel in 0..<area {
      let (u, v) = (value(pixel), value(area + pixel))
      let (du, dv) = (flow.dx[pixel] - u, flow.dy[pixel] - v)
      errors.append((du * du + dv * dv).squareRoot())
      lengths.append((u * u + v * v).squareRoot())
    }
    let (error, motion) = (errors.sorted()[area / 2], lengths.sorted()[area / 2])
    if ProcessInfo.processInfo.environment["PRINT_ERRORS"] != nil { print("dis", error, motion) }
    #expect(error < 0.6 * motion, "median end-point error \(error) px of \(motion) px motion")
  }

  @Test(arguments: [(8, 8), (9, 70), (65, 33), (31, 8)])
  func anySizeGivesFiniteVectors(width: Int, height: Int) throws {
    let noise = Oracle.numbers(2 * 3 * width * height, seed: 5).map { UInt8(($0 + 1) * 127) }
    let count = 3 * width * height
    let flow = try DISEstimator().flow(
      from: Frame(width: width, height: height, rgb: Array(noise[..<count])),
      to: Frame(width: width, height: height, rgb: Array(noise[count...])))
    #expect(flow.size == FrameSize(width: width, height: height))
    let allFinite = (flow.dx + flow.dy).allSatisfy(\.isFinite)
    #expect(allFinite)
  }

  @Test func heldFrameHasNoMotion() throws {
    let frame = picture(width: 64, height: 64, shiftX: 0, shiftY: 0)
    let flow = try DISEstimator().flow(from: frame, to: frame)
    let largest = (flow.dx + flow.dy).map { abs($0) }.max() ?? .infinity
    #expect(largest < 1e-4)
  }

  @Test func badInputIsNamed() {
    let small = Frame(width: 7, height: 40, red: 1, green: 2, blue: 3)
    let other = Frame(width: 40, height: 40, red: 1, green: 2, blue: 3)
    #expect(throws: FlowError.tooSmall(method: "DIS", size: small.size, smallestSide: 8)) {
      try DISEstimator().flow(from: small, to: small)
    }
    #expect(throws: FlowError.sizesDiffer(first: small.size, second: other.size)) {
      try DISEstimator().flow(from: small, to: other)
    }
  }
}
