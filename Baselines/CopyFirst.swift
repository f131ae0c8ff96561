public import EvalCore

/// The reference repeated for every frame: what a method scores that ignores the lineart altogether.
///
/// A sanity anchor with no weights: a method below this row on a test set makes the clips worse than doing
/// nothing.
public struct CopyFirst: Colorizer {
  /// Makes the baseline; it has no settings.
  public init() {}

  /// Named `copy-first`.
  public var identity: MethodIdentity {
    MethodIdentity(
      name: "copy-first", kind: .colorizer,
      provenance: "the reference frame repeated, no lineart used")
  }

  /// Delivers the reference once per lineart frame, beginning behind the frames that are already written.
  ///
  /// Nothing is ever resized: throws `CopyFirstError` when the lineart has no frames or another size than the
  /// reference.
  public func colorize(_ request: ColorizationRequest, to sink: any ColorizationSink) throws {
    let lineart = request.lineart
    guard let first = try lineart.makeReader().next() else {
      throw CopyFirstError.noLineart(clip: request.clipID, lineart: lineart.name)
    }
    guard first.size == request.reference.size else {
      throw CopyFirstError.sizeMismatch(
        clip: request.clipID, lineart: lineart.name, lineartSize: first.size,
        referenceSize: request.reference.size)
    }
    let total = lineart.count
    for index in min(sink.framesAlreadyWritten, total)..<total {
      try sink.checkCancellation()
      try sink.write(request.reference, at: index)
      sink.report(stage: "copy", completed: index + 1, total: total)
    }
  }
}

/// Why `CopyFirst` cannot colour a clip.
public enum CopyFirstError: ReasonedError, Equatable, CustomStringConvertible {
  /// The lineart source delivers no frame.
  case noLineart(clip: String, lineart: String)
  /// Reference and lineart differ in size.
  case sizeMismatch(clip: String, lineart: String, lineartSize: FrameSize, referenceSize: FrameSize)

  /// `count_mismatch` or `size_mismatch`.
  public var reason: FailureReason {
    switch self {
    case .noLineart: .countMismatch
    case .sizeMismatch: .sizeMismatch
    }
  }

  /// One line: file, found, expected, fix.
  public var description: String {
    switch self {
    case .noLineart(let clip, let lineart):
      "\(lineart): clip '\(clip)' has no lineart frames, copy-first needs one per frame to deliver; "
        + "extract the lineart again or remove the clip from the suite"
    case .sizeMismatch(let clip, let lineart, let lineartSize, let referenceSize):
      "\(lineart): lineart of clip '\(clip)' is \(lineartSize), the reference is \(referenceSize); "
        + "make both the same size, copy-first never resizes"
    }
  }
}
