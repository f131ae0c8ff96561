public import EvalCore
public import Foundation
internal import Hashing
internal import Imaging

/// Lines that people drew, as a clip's lineart: scans and exports of drawing programs.
///
/// Drawings may have any size of the clip's shape, grey or colour, an alpha channel, dark lines on light ground or
/// light ones on dark. They are brought to dark lines on white, levels judged over the whole clip so that nothing
/// flickers, and then to the clip's size. Two passes over the files; one drawing is in memory at a time.
public struct DrawnLineart: Sendable {
  /// Which is darker.
  public enum Polarity: String, CaseIterable, Sendable {
    /// Judged by the drawings: lines cover less than half of them.
    case auto
    /// Dark lines on light ground.
    case dark
    /// Light lines on dark ground.
    case light
  }

  /// Part by which the sides' ratio may differ from the clip's.
  private static let shapeTolerance = 0.01

  private let url: URL
  private let size: FrameSize
  private let drawnSize: FrameSize
  private let levels: DrawnLevels

  /// Reads the drawings at `url` (a folder of numbered PNG files, or a video) once.
  ///
  /// Throws `MediaError` for the files and `DrawnLineartError` for drawings that do not fit a clip of `count` frames of
  /// `size`, or that show nothing.
  public init(_ url: URL, count: Int, size: FrameSize, polarity: Polarity = .auto) throws {
    let pages = try DrawnPages(url)
    guard pages.count == count else {
      throw DrawnLineartError.count(path: url.path, found: pages.count, expected: count)
    }
    var levels = DrawnLevels.Count()
    var first: FrameSize?
    while let page = try pages.next() {
      if let first, page.size != first {
        throw DrawnLineartError.sizes(path: page.path, found: page.size, expected: first)
      }
      first = page.size
      let ratio = Double(page.size.width * size.height) / Double(page.size.height * size.width)
      guard abs(ratio - 1) <= Self.shapeTolerance else {
        throw DrawnLineartError.shape(path: page.path, found: page.size, expected: size)
      }
      levels.add(page)
    }
    let isLight: Bool? =
      switch polarity {
      case .auto: nil
      case .dark: false
      case .light: true
      }
    guard let first, let found = levels.levels(isLight: isLight) else {
      throw DrawnLineartError.nothingDrawn(path: url.path, polarity: polarity)
    }
    self.url = url
    self.size = size
    drawnSize = first
    self.levels = found
  }

  /// For provenance: `drawn(size=2304x1280,paper=231,ink=38,inverted=no,alpha=none)`.
  public var label: String { "drawn(size=\(drawnSize),\(levels.label))" }

  /// The drawings as lineart of the clip's size, from the first one.
  public func makeReader() throws -> any FrameReader {
    Reader(
      pages: try DrawnPages(url), levels: levels, drawnSize: drawnSize,
      resizer: Resizer(from: drawnSize, to: size, filter: .bilinearAA))
  }

  /// What tells one state of the drawings from another without reading them.
  static func fingerprint(_ url: URL) -> String {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    guard manager.fileExists(atPath: url.path, isDirectory: &isFolder) else { return "missing" }
    let names =
      isFolder.boolValue ? (manager.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []) : [""]
    var hasher = SHA256Hasher()
    for name in names.sorted() {
      var status = stat()
      guard stat(name.isEmpty ? url.path : "\(url.path)/\(name)", &status) == 0 else { continue }
      hasher.update("\(name) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)\n")
    }
    return hasher.finish().description
  }

  private final class Reader: FrameReader {
    private let pages: DrawnPages
    private let levels: DrawnLevels
    private let drawnSize: FrameSize
    private let resizer: Resizer

    init(pages: DrawnPages, levels: DrawnLevels, drawnSize: FrameSize, resizer: Resizer) {
      self.pages = pages
      self.levels = levels
      self.drawnSize = drawnSize
      self.resizer = resizer
    }

    func next() throws -> Frame? {
      guard let page = try pages.next() else { return nil }
      guard page.size == drawnSize else {
        throw DrawnLineartError.sizes(path: page.path, found: page.size, expected: drawnSize)
      }
      let values = resizer.plane(levels.normalised(page))
      let rgb = values.flatMap { value in
        [UInt8](repeating: UInt8(min(255, max(0, value)).rounded()), count: 3)
      }
      return Frame(width: resizer.output.width, height: resizer.output.height, rgb: rgb)
    }
  }
}

/// Why drawings cannot be a clip's lineart.
public enum DrawnLineartError: ReasonedError, Hashable, CustomStringConvertible {
  /// Clips without drawings.
  case missing(folder: String, clips: [String])
  /// Another number of drawings than frames.
  case count(path: String, found: Int, expected: Int)
  /// Drawings of one clip differ in size.
  case sizes(path: String, found: FrameSize, expected: FrameSize)
  /// The drawing has not the clip's shape, so its lines would not lie where the frame's are.
  case shape(path: String, found: FrameSize, expected: FrameSize)
  /// No lines are there.
  case nothingDrawn(path: String, polarity: DrawnLineart.Polarity)

  /// The reason code for records and failures.
  public var reason: FailureReason {
    switch self {
    case .missing: .missing
    case .count: .countMismatch
    case .sizes, .shape: .sizeMismatch
    case .nothingDrawn: .unreadable
    }
  }

  /// File, found, expected, fix.
  public var description: String {
    switch self {
    case .missing(let folder, let clips):
      "\(folder): no drawings of \(clips.prefix(5).joined(separator: ", "))"
        + "\(clips.count > 5 ? " and \(clips.count - 5) more clips" : ""); expected a folder of PNG files or a video "
        + "of each clip's name"
    case .count(let path, let found, let expected):
      "\(path): \(found) drawings, the clip has \(expected) frames; draw one for each frame"
    case .sizes(let path, let found, let expected):
      "\(path): is \(found), the drawings before it are \(expected); scan or export all at one size"
    case .shape(let path, let found, let expected):
      "\(path): is \(found), the clip is \(expected): the sides' ratios differ, lines would not lie on the frames; "
        + "crop or pad the drawings to the frames' field"
    case .nothingDrawn(let path, let polarity):
      "\(path): shows no \(polarity == .auto ? "" : "\(polarity.rawValue) ")lines; expected drawings that differ from "
        + "their paper by an eighth of the scale, check the files and --polarity"
    }
  }
}
