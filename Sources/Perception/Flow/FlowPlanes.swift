internal import CKernels
internal import EvalCore

/// A frame as three planes of floats, 0 to 255, at one scale of a pyramid.
struct ColourPlanes {
  static let channels = Int(CK_DIS_CHANNELS)

  let height: Int
  let width: Int
  /// Red, green, blue; each row-major.
  let values: [Float]

  init(_ frame: Frame) {
    height = frame.height
    width = frame.width
    let count = height * width
    values = [Float](unsafeUninitializedCapacity: Self.channels * count) { target, initialized in
      for channel in 0..<Self.channels {
        for pixel in 0..<count {
          target[channel * count + pixel] = Float(frame.rgb[Self.channels * pixel + channel])
        }
      }
      initialized = Self.channels * count
    }
  }

  private init(height: Int, width: Int, values: [Float]) {
    self.height = height
    self.width = width
    self.values = values
  }

  /// Half the size by means of 2x2 pixels; an odd last row or column is dropped.
  func halved() -> ColourPlanes {
    let (height, width) = (self.height / 2, self.width / 2)
    var halves = [Float](repeating: 0, count: Self.channels * height * width)
    for channel in 0..<Self.channels {
      for y in 0..<height {
        let above = (channel * self.height + 2 * y) * self.width
        let below = above + self.width
        for x in 0..<width {
          let upper = values[above + 2 * x] + values[above + 2 * x + 1]
          let lower = values[below + 2 * x] + values[below + 2 * x + 1]
          halves[(channel * height + y) * width + x] = (upper + lower) * 0.25
        }
      }
    }
    return ColourPlanes(height: height, width: width, values: halves)
  }

  /// Central differences of every plane.
  func gradients() -> (dx: [Float], dy: [Float]) {
    let area = height * width
    var dx = [Float](repeating: 0, count: values.count)
    var dy = dx
    values.withUnsafeBufferPointer { from in
      dx.withUnsafeMutableBufferPointer { dx in
        dy.withUnsafeMutableBufferPointer { dy in
          guard let from = from.baseAddress, let dx = dx.baseAddress, let dy = dy.baseAddress else { return }
          for start in stride(from: 0, to: Self.channels * area, by: area) {
            ck_flow_gradient(from + start, height, width, dx + start, dy + start, ck_isa())
          }
        }
      }
    }
    return (dx, dy)
  }

  /// The planes with their edge pixels repeated around them.
  func bordered() -> [Float] {
    let border = Int(CK_DIS_BORDER)
    let stride = width + 2 * border
    let rows = height + 2 * border
    var wide = [Float](repeating: 0, count: Self.channels * rows * stride)
    for row in 0..<Self.channels * rows {
      let y = min(max(row % rows - border, 0), height - 1)
      let from = (row / rows * height + y) * width
      for column in 0..<stride {
        wide[row * stride + column] = values[from + min(max(column - border, 0), width - 1)]
      }
    }
    return wide
  }
}

/// A flow under construction at one scale of a pyramid.
struct FlowPlanes {
  let height: Int
  let width: Int
  var u: [Float]
  var v: [Float]

  /// No motion.
  init(height: Int, width: Int) {
    self.height = height
    self.width = width
    u = [Float](repeating: 0, count: height * width)
    v = u
  }

  init(height: Int, width: Int, u: [Float], v: [Float]) {
    self.height = height
    self.width = width
    self.u = u
    self.v = v
  }

  /// The flow at a finer scale: linear between vectors, which grow with the size.
  func enlarged(height: Int, width: Int) -> FlowPlanes {
    let rows = Self.taps(from: self.height, to: height)
    let columns = Self.taps(from: self.width, to: width)
    var result = FlowPlanes(height: height, width: width)
    let (growthX, growthY) = (Float(width) / Float(self.width), Float(height) / Float(self.height))
    for (y, row) in rows.enumerated() {
      let (upper, lower) = (row.first * self.width, row.second * self.width)
      for (x, column) in columns.enumerated() {
        func read(_ plane: [Float]) -> Float {
          let above =
            plane[upper + column.first] * (1 - column.share) + plane[upper + column.second] * column.share
          let below =
            plane[lower + column.first] * (1 - column.share) + plane[lower + column.second] * column.share
          return above * (1 - row.share) + below * row.share
        }
        result.u[y * width + x] = read(u) * growthX
        result.v[y * width + x] = read(v) * growthY
      }
    }
    return result
  }

  /// Replaces every component by the median of its 5x5 neighbourhood.
  mutating func filterByMedian() {
    var scratch = [Float](repeating: 0, count: ck_flow_median_scratch_count(height, width))
    ck_flow_median(&u, height, width, &scratch, ck_isa())
    ck_flow_median(&v, height, width, &scratch, ck_isa())
  }

  /// For each place of the finer grid its two neighbours of the coarser one and the share of the second; outer
  /// edges coincide.
  private static func taps(from coarse: Int, to fine: Int) -> [(first: Int, second: Int, share: Float)] {
    (0..<fine).map { index in
      let place = (Float(index) + 0.5) * Float(coarse) / Float(fine) - 0.5
      let inside = min(max(place, 0), Float(coarse - 1))
      let first = Int(inside)
      return (first, min(first + 1, coarse - 1), inside - Float(first))
    }
  }
}
