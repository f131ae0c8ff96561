import CKernels
import TestSupport
import Testing

/// The kernels of dense inverse search: every instruction set gives the bits of the plain version.
@Suite struct FlowKernelTests {
  private static let variants = [CK_ISA_AVX2, CK_ISA_AVX512F].map { Int32($0) }
    .filter { $0 <= ck_isa() }

  private struct Level {
    let height: Int
    let width: Int
    let first: [Float]
    let dx: [Float]
    let dy: [Float]
    let second: [Float]

    /// Steps and noise, and the same moved by 2 and 3 pixels with its edges repeated.
    init(height: Int, width: Int, isa: Int32) {
      self.height = height
      self.width = width
      let (channels, border, area) = (Int(CK_DIS_CHANNELS), Int(CK_DIS_BORDER), height * width)
      let noise = Oracle.numbers(channels * area, seed: 3)
      let pixels = noise.indices.map { index in
        127 + 9 * noise[index] + Float((index % width / 9 + index / width / 7) % 3 * 50)
      }
      first = pixels
      var (across, down) = (
        [Float](repeating: 0, count: pixels.count), [Float](repeating: 0, count: pixels.count)
      )
      var other: [Float] = []
      for channel in 0..<channels {
        let plane = Array(pixels[channel * area..<(channel + 1) * area])
        var (x, y) = ([Float](repeating: 0, count: area), [Float](repeating: 0, count: area))
        ck_flow_gradient(plane, height, width, &x, &y, isa)
        across.replaceSubrange(channel * area..<(channel + 1) * area, with: x)
        down.replaceSubrange(channel * area..<(channel + 1) * area, with: y)
        for row in -border..<height + border {
          for column in -border..<width + border {
            let source = (row: min(max(row - 2, 0), height - 1), column: min(max(column + 3, 0), width - 1))
            other.append(plane[source.row * width + source.column])
          }
        }
      }
      (dx, dy, second) = (across, down, other)
    }

    func with(_ body: (inout ck_dis_level) -> Void) {
      first.withUnsafeBufferPointer { first in
        dx.withUnsafeBufferPointer { dx in
          dy.withUnsafeBufferPointer { dy in
            second.withUnsafeBufferPointer { second in
              var level = ck_dis_level(
                height: height, width: width, first: first.baseAddress, first_dx: dx.baseAddress,
                first_dy: dy.baseAddress, second: second.baseAddress)
              body(&level)
            }
          }
        }
      }
    }
  }

  /// Everything that the kernels compute, as bits: derivatives, patches, dense flow, medians, refined flow.
  private func results(_ height: Int, _ width: Int, _ isa: Int32) -> [[UInt32]] {
    let level = Level(height: height, width: width, isa: isa)
    func places(_ side: Int) -> [Int] {
      let all = Array(stride(from: 0, through: side - 8, by: 4))
      return all.last == side - 8 ? all : all + [side - 8]
    }
    let (lefts, tops) = (places(width), places(height))
    let start = Oracle.numbers(2 * lefts.count * tops.count, seed: 4)
    var patchU = Array(start[..<(start.count / 2)])
    var patchV = Array(start[(start.count / 2)...])
    var costs = [Float](repeating: 0, count: patchU.count)
    var u = [Float](repeating: .nan, count: height * width)
    var v = u
    var weights = u
    var energy = ck_flow_energy(
      colour: 1, gradient: 2, smoothness: 8, edge: 12, warps: 2, reweightings: 2, sweeps: 3)
    var dense: [[Float]] = []
    level.with { level in
      lefts.withUnsafeBufferPointer { lefts in
        tops.withUnsafeBufferPointer { tops in
          var grid = ck_dis_grid(
            rows: tops.count, columns: lefts.count, lefts: lefts.baseAddress, tops: tops.baseAddress)
          ck_dis_search(&level, &grid, 16, &patchU, &patchV, &costs, isa)
          ck_dis_densify(&level, &grid, patchU, patchV, &u, &v, &weights, isa)
        }
      }
      dense = [u, v]
      var scratch = [Float](repeating: .nan, count: ck_flow_median_scratch_count(height, width))
      ck_flow_median(&u, height, width, &scratch, isa)
      dense.append(u)
      scratch = [Float](repeating: .nan, count: ck_flow_refine_scratch_count(height, width))
      ck_flow_refine(&level, &energy, &u, &v, &scratch, isa)
    }
    #expect((u + v).allSatisfy { $0.isFinite })
    return ([level.dx, level.dy, patchU, patchV, costs] + dense + [u, v]).map { $0.map(\.bitPattern) }
  }

  @Test(arguments: [(8, 8), (9, 41), (37, 18), (64, 50)])
  func instructionSetsAgree(height: Int, width: Int) {
    let plain = results(height, width, Int32(CK_ISA_GENERIC))
    for isa in Self.variants { #expect(results(height, width, isa) == plain) }
  }

  @Test func mediansMatchSorting() {
    let (height, width) = (11, 37)
    let values = Oracle.numbers(height * width, seed: 5)
    var found = values
    var scratch = [Float](repeating: .nan, count: ck_flow_median_scratch_count(height, width))
    ck_flow_median(&found, height, width, &scratch, ck_isa())
    for y in 0..<height {
      for x in 0..<width {
        let around = (-2...2).flatMap { i in
          (-2...2).map { j in
            values[min(max(y + i, 0), height - 1) * width + min(max(x + j, 0), width - 1)]
          }
        }
        #expect(found[y * width + x] == around.sorted()[12])
      }
    }
  }
}
