public import Foundation

/// What a colorizer is asked to do: colour `lineart` from frame 0's colours.
///
/// Source: LVCD, section 3: one coloured reference and one lineart image per frame, frame 0 included.
public struct ColorizationRequest: Sendable {
  /// The clip's identifier, for messages and for deriving seeds.
  public var clipID: String
  /// The coloured frame that is given; it is frame `referenceIndex` of the clip.
  public var reference: Frame
  /// Index of the reference frame in the clip.
  public var referenceIndex: Int
  /// One lineart frame per frame of the clip, dark lines on white.
  public var lineart: any FrameSource
  /// Seed of everything random; a colorizer derives the clip's own stream from it and `clipID`.
  public var seed: UInt64
  /// A folder that belongs to this clip and method, kept between attempts: state for resuming lies here. Nil: nothing is kept.
  public var stateDirectory: URL?

  /// Makes a request.
  public init(
    clipID: String, reference: Frame, referenceIndex: Int = 0, lineart: any FrameSource,
    seed: UInt64, stateDirectory: URL? = nil
  ) {
    self.clipID = clipID
    self.reference = reference
    self.referenceIndex = referenceIndex
    self.lineart = lineart
    self.seed = seed
    self.stateDirectory = stateDirectory
  }
}

/// Where a colorizer delivers its frames, tells how far it is, and learns that it should stop.
public protocol ColorizationSink: AnyObject {
  /// Takes frame `index`. Frames arrive in order, each once, from 0 to the last.
  func write(_ frame: Frame, at index: Int) throws
  /// Number of leading frames that already lie in the output from an interrupted attempt with the same request.
  var framesAlreadyWritten: Int { get }
  /// Tells the user how far the work is: `completed` of `total` units of the stage named `stage`.
  func report(stage: String, completed: Int, total: Int)
  /// Throws `CancellationError` when the user asked to stop; call it between units of work of about a second.
  func checkCancellation() throws
}

/// A method that colours clips. It sees the reference and the lineart, never the original frames.
///
/// Calls are synchronous and may come from several threads at once for different clips.
public protocol Colorizer: Sendable {
  /// The identity of the method: everything that can change its output.
  var identity: MethodIdentity { get }
  /// Whether one call spreads its work over all threads by itself: the runner then colours one clip at a time. Otherwise
  /// it colours a clip on every thread.
  var spreadsOverThreads: Bool { get }
  /// Whether its time per frame is a result worth a column: true for models, false for trivial baselines.
  var isTimed: Bool { get }
  /// Bytes that one call takes at its peak for frames of `size`, beside what all calls share.
  func memoryPerClip(_ size: FrameSize) throws -> Int
  /// Does what only the first call for frames of `size` has to do, so that no clip's time holds it.
  func warmUp(_ size: FrameSize) throws
  /// Delivers one coloured frame per lineart frame to `sink`.
  func colorize(_ request: ColorizationRequest, to sink: any ColorizationSink) throws
}

extension Colorizer {
  /// One thread.
  public var spreadsOverThreads: Bool { false }
  /// Next to nothing.
  public func memoryPerClip(_ size: FrameSize) -> Int { 0 }
  /// Not timed.
  public var isTimed: Bool { false }
  /// Nothing.
  public func warmUp(_ size: FrameSize) {}
}

/// Turns a coloured frame into lineart.
public protocol LineartExtractor: Sendable {
  /// Name with every setting that can change the output, for example `xdog(s=1,k=1.6)`; part of metric signatures.
  var name: String { get }
  /// The network or filter's short name in column headers, for example `XDoG`.
  var label: String { get }
  /// Ink strength per pixel, row-major `height * width`, 0 = paper, 1 = ink.
  func inkStrength(of frame: Frame) throws -> [Float]
}

extension LineartExtractor {
  /// The lineart as a picture: dark lines on white, `255 * (1 - ink)` rounded down as the authors' release does.
  public func lineart(of frame: Frame) throws -> Frame {
    let ink = try inkStrength(of: frame)
    var rgb = [UInt8](repeating: 0, count: ink.count * 3)
    for (pixel, strength) in ink.enumerated() {
      let paper = max(0, min(255, (1 - strength) * 255))
      let value = UInt8(paper)
      rgb[3 * pixel] = value
      rgb[3 * pixel + 1] = value
      rgb[3 * pixel + 2] = value
    }
    return Frame(width: frame.width, height: frame.height, rgb: rgb)
  }
}

/// Who made a row's frames and how: everything that can change them, and what a reader of the table must know.
public struct MethodIdentity: Codable, Hashable, Sendable {
  /// Row label in tables, unique within a run.
  public var name: String
  /// What kind of row this is.
  public var kind: MethodKind
  /// How the frames came to be: printed beside the row.
  public var provenance: String
  /// Every setting that can change the output, by name; includes hashes of weights.
  public var settings: [String: String]

  /// Makes an identity.
  public init(name: String, kind: MethodKind, provenance: String, settings: [String: String] = [:]) {
    self.name = name
    self.kind = kind
    self.provenance = provenance
    self.settings = settings
  }
}

/// The kinds of rows a table can have.
public enum MethodKind: String, Codable, Sendable, CaseIterable {
  /// Coloured by this program.
  case colorizer
  /// Frames made elsewhere, read from a folder or a video.
  case external
  /// The original frames themselves: the upper bound of every score.
  case oracle
  /// Numbers quoted from a publication; never computed, averaged or tested.
  case published
}
