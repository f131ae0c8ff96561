public import EvalCore
public import Foundation

/// A folder of numbered PNG files as a clip: frames in the order of their numbers, gaps are errors.
public struct FrameFolder: FrameSource {
  /// The folder.
  public let directory: URL
  /// The frames' files, in order.
  public let files: [URL]
  /// Largest pictures that are read.
  public let limits: ImageLimits

  /// Lists the frames in `directory`.
  ///
  /// - Parameters:
  ///   - pattern: names of the frames, for example `%05d.png`; nil: the one numbering that the folder's PNG
  ///     files follow. With a pattern other files are passed over; without one they must all belong to the
  ///     sequence. Hidden files are never looked at.
  ///   - first: number of the first frame; nil: the smallest number there is.
  ///   - count: number of frames; nil: up to the largest number there is.
  ///   - limits: largest pictures that are read.
  /// - Throws: `emptyFolder`, `missingFrame` (with the name of the absent file), `mixedNames`, `missing`.
  public init(
    _ directory: URL, pattern: String? = nil, first: Int? = nil, count: Int? = nil,
    limits: ImageLimits = .default
  ) throws(MediaError) {
    self.directory = directory
    self.limits = limits
    let names = try Self.visibleFiles(in: directory)
    files = try Self.select(names, pattern: pattern, first: first, count: count, folder: directory.path)
      .map { directory.appendingPathComponent($0) }
  }

  /// The folder's path.
  public var name: String { directory.path }

  /// Number of frames.
  public var count: Int { files.count }

  /// Starts at the first frame. Every frame must have the size of the first one.
  public func makeReader() -> any FrameReader { Reader(files: files, limits: limits) }

  private final class Reader: FrameReader {
    private var remaining: ArraySlice<URL>
    private let limits: ImageLimits
    private var size: FrameSize?

    init(files: [URL], limits: ImageLimits) {
      remaining = files[...]
      self.limits = limits
    }

    func next() throws -> Frame? {
      guard let file = remaining.popFirst() else { return nil }
      let frame = try PNGFile.read(file, limits: limits)
      if let size, frame.size != size {
        throw MediaError.sizeMismatch(path: file.path, found: frame.size, expected: size)
      }
      size = frame.size
      return frame
    }
  }
}

extension FrameFolder {
  private static let otherImageExtensions: Set<String> = [
    "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "gif", "exr", "tga", "ppm", "avif",
  ]

  private static func visibleFiles(in directory: URL) throws(MediaError) -> [String] {
    let path = directory.path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .missing(path: path)
    }
    guard isFolder.boolValue else {
      throw .unreadable(path: path, found: "is a file", expected: "a folder of numbered PNG files")
    }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw .unreadable(
        path: path, found: "cannot be listed", expected: "a readable folder; check its permissions")
    }
  }

  /// The names of the frames, in order.
  static func select(
    _ names: [String], pattern: String?, first: Int?, count: Int?, folder: String
  ) throws(MediaError) -> [String] {
    if let count, count < 1 {
      throw .unsupported(path: folder, found: "a count of \(count) frames", expected: "at least one frame")
    }
    let pictures = names.filter { $0.lowercased().hasSuffix(".png") }
    if pictures.isEmpty { throw .emptyFolder(path: folder, found: contents(names)) }
    let numbering: FrameNumbering
    if let pattern {
      guard let given = FrameNumbering(pattern: pattern), pattern.lowercased().hasSuffix(".png") else {
        throw .unsupported(
          path: folder, found: "the frame pattern '\(pattern)'", expected: "one like '%05d.png'")
      }
      numbering = given
    } else {
      try rejectOtherPictures(names, folder: folder)
      guard let shared = FrameNumbering(sharedBy: pictures) else {
        if pictures.count == 1, first == nil, (count ?? 1) == 1 { return pictures }
        throw unequalNames(pictures, folder: folder)
      }
      numbering = shared
    }
    let numbers = pictures.compactMap { numbering.number(of: $0) }.sorted()
    return try sequence(numbers, numbering: numbering, first: first, count: count, folder: folder)
  }

  private static func sequence(
    _ numbers: [Int], numbering: FrameNumbering, first: Int?, count: Int?, folder: String
  ) throws(MediaError) -> [String] {
    guard let smallest = numbers.first, let largest = numbers.last else {
      throw .emptyFolder(path: folder, found: "no file matches '\(numbering.pattern)'")
    }
    let start = first ?? smallest
    let present = numbers.filter { $0 >= start }
    var expected = start
    for number in present {
      if let count, expected - start == count { break }
      if number != expected { throw .missingFrame(folder: folder, name: numbering.name(of: expected)) }
      expected += 1
    }
    let found = expected - start
    if let count, found < count { throw .missingFrame(folder: folder, name: numbering.name(of: expected)) }
    if found == 0 {
      throw .emptyFolder(path: folder, found: "numbers end at \(largest), before the first frame \(start)")
    }
    return (start..<expected).map(numbering.name)
  }

  private static func rejectOtherPictures(_ names: [String], folder: String) throws(MediaError) {
    let other = names.first {
      otherImageExtensions.contains(URL(fileURLWithPath: $0).pathExtension.lowercased())
    }
    if let other {
      throw .mixedNames(folder: folder, found: "'\(other)' lies among PNG files", expected: "PNG files only")
    }
  }

  private static func unequalNames(_ pictures: [String], folder: String) -> MediaError {
    // The names are sorted: the first neighbours that disagree show the reader where the numbering breaks.
    for (left, right) in zip(pictures, pictures.dropFirst())
    where FrameNumbering(sharedBy: [left, right]) == nil {
      return .mixedNames(
        folder: folder, found: "'\(left)' and '\(right)' do not follow one numbering",
        expected: "names that differ in one number only")
    }
    return .mixedNames(
      folder: folder,
      found: "'\(pictures[0])' and the \(pictures.count - 1) others do not follow one numbering",
      expected: "names that differ in one number only")
  }

  private static func contents(_ names: [String]) -> String {
    guard let name = names.first else { return "the folder is empty" }
    let count = names.count == 1 ? "one other file" : "\(names.count) other files"
    return "\(count), for example '\(name)'"
  }
}
