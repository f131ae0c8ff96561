internal import EvalCore

/// The planes of a frame while it is painted: colour, lineart, parts and colour groups.
struct Canvas {
  let width: Int
  let height: Int
  /// Whether colour and lineart are painted; without, only the maps are.
  let paintsPictures: Bool
  private(set) var rgb: [UInt8]
  private(set) var line: [UInt8]
  private(set) var parts: [UInt16]
  private(set) var groups: [UInt16]

  init(width: Int, height: Int, paintsPictures: Bool) {
    self.width = width
    self.height = height
    self.paintsPictures = paintsPictures
    let pixels = width * height
    rgb = [UInt8](repeating: 255, count: paintsPictures ? pixels * 3 : 0)
    line = [UInt8](repeating: 255, count: paintsPictures ? pixels : 0)
    parts = [UInt16](repeating: 0, count: pixels)
    groups = [UInt16](repeating: 0, count: pixels)
  }

  /// Rounded blend of `old` towards `new` with coverage 0…255.
  @inline(__always)
  private static func mix(_ old: UInt8, _ new: UInt8, _ cover: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: (Int(old) * (255 - cover) + Int(new) * cover + 127) / 255)
  }

  /// Marks the pixels that the mask covers by half or more as belonging to a part and group.
  mutating func mark(_ mask: MaskRasterizer, _ area: MaskRasterizer.Area, part: UInt16, group: UInt16) {
    let coverage = mask.coverage
    let stride = mask.stride
    let width = width
    parts.withUnsafeMutableBufferPointer { parts in
      groups.withUnsafeMutableBufferPointer { groups in
        for y in area.y0..<area.y1 {
          let row = coverage + y * stride
          for x in area.x0..<area.x1 where row[x] >= 128 {
            parts[y * width + x] = part
            groups[y * width + x] = group
          }
        }
      }
    }
  }

  /// Blends a flat colour into the picture.
  mutating func paint(_ mask: MaskRasterizer, _ area: MaskRasterizer.Area, _ colour: Colour) {
    let (red, green, blue) = colour.bytes
    let coverage = mask.coverage
    let stride = mask.stride
    let width = width
    rgb.withUnsafeMutableBufferPointer { rgb in
      for y in area.y0..<area.y1 {
        let row = coverage + y * stride
        for x in area.x0..<area.x1 {
          let cover = Int(row[x])
          if cover == 0 { continue }
          let pixel = 3 * (y * width + x)
          if cover == 255 {
            rgb[pixel] = red
            rgb[pixel + 1] = green
            rgb[pixel + 2] = blue
          } else {
            rgb[pixel] = Self.mix(rgb[pixel], red, cover)
            rgb[pixel + 1] = Self.mix(rgb[pixel + 1], green, cover)
            rgb[pixel + 2] = Self.mix(rgb[pixel + 2], blue, cover)
          }
        }
      }
    }
  }

  /// Blends a shaded colour into the picture.
  mutating func paint(
    _ mask: MaskRasterizer, _ area: MaskRasterizer.Area, _ colour: Colour, _ shader: Finish.Shader
  ) {
    let coverage = mask.coverage
    let stride = mask.stride
    let width = width
    rgb.withUnsafeMutableBufferPointer { rgb in
      for y in area.y0..<area.y1 {
        let row = coverage + y * stride
        for x in area.x0..<area.x1 {
          let cover = Int(row[x])
          if cover == 0 { continue }
          let factor = 255 * shader.factor(x, y)
          let pixel = 3 * (y * width + x)
          rgb[pixel] = Self.mix(rgb[pixel], UInt8(min(255, colour.red * factor + 0.5)), cover)
          rgb[pixel + 1] = Self.mix(rgb[pixel + 1], UInt8(min(255, colour.green * factor + 0.5)), cover)
          rgb[pixel + 2] = Self.mix(rgb[pixel + 2], UInt8(min(255, colour.blue * factor + 0.5)), cover)
        }
      }
    }
  }

  /// Blends black or white into the lineart: lines are 0, paper that hides lines behind it is 255.
  mutating func draw(_ mask: MaskRasterizer, _ area: MaskRasterizer.Area, value: UInt8) {
    let coverage = mask.coverage
    let stride = mask.stride
    let width = width
    line.withUnsafeMutableBufferPointer { line in
      for y in area.y0..<area.y1 {
        let row = coverage + y * stride
        for x in area.x0..<area.x1 {
          let cover = Int(row[x])
          if cover == 0 { continue }
          line[y * width + x] = cover == 255 ? value : Self.mix(line[y * width + x], value, cover)
        }
      }
    }
  }

  /// The finished frame.
  func frame() -> CartoonFrame {
    var grey = [UInt8](repeating: 0, count: line.count * 3)
    for (pixel, value) in line.enumerated() {
      grey[3 * pixel] = value
      grey[3 * pixel + 1] = value
      grey[3 * pixel + 2] = value
    }
    return CartoonFrame(
      colour: Frame(width: width, height: height, rgb: rgb),
      lineart: Frame(width: width, height: height, rgb: grey),
      parts: parts, groups: groups)
  }
}
