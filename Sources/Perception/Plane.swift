internal import CKernels
internal import EvalCore

/// One channel of a picture in double precision, row-major.
struct Plane: Sendable {
  let width: Int
  let height: Int
  var values: [Double]

  init(width: Int, height: Int, values: [Double]) {
    precondition(values.count == width * height, "a \(width)x\(height) plane needs \(width * height) values")
    self.width = width
    self.height = height
    self.values = values
  }

  /// Rec. 601 luma of `frame` in 0…1.
  init(lumaOf frame: Frame) {
    let count = frame.width * frame.height
    let values = frame.rgb.withUnsafeBufferPointer { rgb in
      [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
        for pixel in 0..<count {
          let red = Double(rgb[3 * pixel]) / 255
          let green = Double(rgb[3 * pixel + 1]) / 255
          let blue = Double(rgb[3 * pixel + 2]) / 255
          buffer[pixel] = 0.299 * red + 0.587 * green + 0.114 * blue
        }
        initialized = count
      }
    }
    self.init(width: frame.width, height: frame.height, values: values)
  }

  /// The plane filtered by a Gaussian of `sigma` pixels, taps up to three sigma, border replicated.
  func blurred(sigma: Double) -> Plane {
    let radius = Int((3 * sigma).rounded(.up))
    let side = (0...radius).map { tap in
      let distance = Double(tap)
      return (-(distance * distance) / (2 * sigma * sigma)).exponential
    }
    let sum = side[0] + 2 * side.dropFirst().reduce(0, +)
    let taps = side.map { $0 / sum }
    var scratch = [Double](repeating: 0, count: width * height + width + 2 * radius)
    var output = [Double](repeating: 0, count: width * height)
    ck_blur_f64(values, height, width, taps, radius, &output, &scratch, ck_isa())
    return Plane(width: width, height: height, values: output)
  }
}
