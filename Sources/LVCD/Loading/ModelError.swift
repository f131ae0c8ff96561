public import EvalCore

/// Why a model could not be loaded or a clip not be coloured.
public enum ModelError: ReasonedError, Hashable, CustomStringConvertible {
  /// The configuration of a weight file is absent, incomplete or impossible.
  case configuration(file: String, what: String)
  /// A weight is infinite or not a number.
  case notFinite(file: String, tensor: String)
  /// The network computed something that is not a number.
  case diverged(stage: String)
  /// A setting is out of range or unknown.
  case setting(name: String, found: String, expected: String)
  /// No weight file was named.
  case noWeights
  /// The weight files hold no tensor whose name begins with `prefix`: a part of the model, officially in
  /// `officialFile`.
  case missingPart(files: String, part: String, prefix: String, officialFile: String)
  /// The base model stands behind a file trained on it and would replace its tensors.
  case weightOrder(file: String, base: String, tensor: String)
  /// The program carries no weights of this name.
  case notEmbedded(name: String, legal: [String])
  /// A file could not be read; `reason` is the system's text.
  case unreadable(file: String, reason: String)
  /// Reference and lineart differ in size.
  case sizeMismatch(clip: String, lineart: String, found: FrameSize, expected: FrameSize)
  /// The lineart delivers fewer frames than it announces, or none.
  case frameCount(clip: String, lineart: String, found: Int, expected: Int)
  /// The reference is none of the clip's frames.
  case referenceOutside(clip: String, index: Int, frames: Int)
  /// The clip does not fit into memory.
  case memory(clip: String, needed: Int, available: Int)

  /// The reason code for records and failures.
  public var reason: FailureReason {
    switch self {
    case .configuration, .setting, .noWeights, .missingPart, .weightOrder, .notEmbedded, .referenceOutside:
      .modelError
    case .notFinite, .diverged: .notFinite
    case .unreadable: .unreadable
    case .sizeMismatch: .sizeMismatch
    case .frameCount: .countMismatch
    case .memory: .outOfMemory
    }
  }

  /// One line: file, found, expected, fix.
  public var description: String {
    switch self {
    case .configuration(let file, let what):
      "\(file): model configuration: \(what); use a file written for this program, or official weights"
    case .notFinite(let file, let tensor):
      "\(file): tensor '\(tensor)' holds a value that is infinite or not a number; download or train it again"
    case .diverged(let stage):
      "the network's output is not a number in \(stage); check the weights"
    case .setting(let name, let found, let expected): "setting '\(name)' is '\(found)', expected \(expected)"
    case .noWeights:
      "no weights: name the model's weight files, the last one replacing tensors of the first"
    case .missingPart(let files, let part, let prefix, let officialFile):
      "\(files): no tensor '\(prefix)*', expected a whole \(part); "
        + "name the weight file that holds it too, officially \(officialFile)"
    case .weightOrder(let file, let base, let tensor):
      "\(base): would replace '\(tensor)' and others that were trained in \(file), expected the base model first; "
        + "name \(base) before \(file)"
    case .notEmbedded(let name, let legal):
      "this program carries no weights '\(name)', only \(legal.joined(separator: ", ")); "
        + "name weight files of your own with the setting 'weights'"
    case .unreadable(let file, let reason):
      "\(file): cannot be read: \(reason); check the path and its permissions"
    case .sizeMismatch(let clip, let lineart, let found, let expected):
      "\(lineart): lineart of clip '\(clip)' is \(found), the reference is \(expected); "
        + "make both the same size"
    case .frameCount(let clip, let lineart, let found, let expected):
      "\(lineart): lineart of clip '\(clip)' has \(found) frames, expected \(expected); "
        + "extract it again"
    case .referenceOutside(let clip, let index, let frames):
      "clip '\(clip)': the reference is frame \(index), expected 0 to \(frames - 1); name one of the clip's frames"
    case .memory(let clip, let needed, let available):
      "clip '\(clip)': needs about \(Self.gibibytes(needed)) of memory, "
        + "\(Self.gibibytes(available)) are free; choose a smaller resolution or overlap"
    }
  }

  private static func gibibytes(_ bytes: Int) -> String {
    let tenths = (Double(bytes) / Double(1 << 30) * 10).rounded() / 10
    return "\(tenths) GiB"
  }
}
