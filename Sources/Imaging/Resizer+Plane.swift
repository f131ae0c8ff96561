internal import EvalCore

extension Resizer {
  /// One channel `height * width` in double precision, not rounded; for the `pillow` filters the exact filter,
  /// without Pillow's fixed-point steps.
  public func plane(_ values: [Double]) -> [Double] {
    precondition(
      values.count == input.width * input.height, "a plane of \(input) needs as many values, got \(values.count)")
    if input == output { return values }
    let narrow = horizontalPass(values)
    var result = [Double](repeating: 0, count: output.width * output.height)
    for y in 0..<output.height {
      for tap in 0..<vertical.width {
        let weight = vertical.weights[y * vertical.width + tap]
        if weight == 0 { continue }
        let row = (vertical.starts[y] + tap) * output.width
        for x in 0..<output.width { result[y * output.width + x] += weight * narrow[row + x] }
      }
    }
    return result
  }

  private func horizontalPass(_ values: [Double]) -> [Double] {
    var narrow = [Double](repeating: 0, count: input.height * output.width)
    for x in 0..<output.width {
      for tap in 0..<horizontal.width {
        let weight = horizontal.weights[x * horizontal.width + tap]
        if weight == 0 { continue }
        let column = horizontal.starts[x] + tap
        for y in 0..<input.height {
          narrow[y * output.width + x] += weight * values[y * input.width + column]
        }
      }
    }
    return narrow
  }
}
