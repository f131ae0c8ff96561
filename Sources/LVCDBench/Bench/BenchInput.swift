internal import EvalCore

/// Inputs that `bench` has of its own: drawn, not read, the same on every machine.
enum BenchInput {
  /// A 1024x1024 sketch: circles and lines, dark on white.
  static func sketch() -> Frame {
    let side = 1024
    var rgb = [UInt8](repeating: 255, count: side * side * 3)
    let circles = [(300, 280, 210), (700, 420, 150), (420, 760, 180), (820, 820, 90), (520, 500, 40)]
    for y in 0..<side {
      for x in 0..<side {
        let onCircle = circles.contains { centreX, centreY, radius in
          let squared = (x - centreX) * (x - centreX) + (y - centreY) * (y - centreY)
          return squared >= radius * radius && squared < (radius + 2) * (radius + 2)
        }
        let onLine = (3 * x + 5 * y) % 2900 < 6
        guard onCircle || onLine else { continue }
        for channel in 0..<3 { rgb[3 * (y * side + x) + channel] = 0 }
      }
    }
    return Frame(width: side, height: side, rgb: rgb)
  }

  /// Two 256x256 frames: a shaded pattern, and the same displaced and recoloured.
  static func frames() -> [Frame] {
    [0, 1].map { version in
      let side = 256
      var rgb: [UInt8] = []
      rgb.reserveCapacity(side * side * 3)
      for y in 0..<side {
        for x in 0..<side {
          let patch = ((x + 3 * version) / 32 + y / 32) % 3
          for channel in 0..<3 {
            rgb.append(UInt8((x * (channel + 1) / 4 + y / 2 + 60 * patch + 5 * version) % 256))
          }
        }
      }
      return Frame(width: side, height: side, rgb: rgb)
    }
  }
}
