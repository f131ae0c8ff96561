public import EvalCore
internal import TensorCore

/// Why a weight file could not be read, or did not hold what a network needs. Every message is one line
/// that names the file, what was found, what was expected, and the fix.
public enum CheckpointError: Error, Sendable, Hashable {
  /// The file cannot be opened or read; `reason` is the system's text.
  case unreadable(file: String, reason: String)
  /// The file cannot be written; `reason` is the system's text.
  case unwritable(file: String, reason: String)
  /// The content is none of the formats; `found` describes its first bytes.
  case unknownFormat(file: String, found: String)
  /// The file ends before something it announces.
  case truncated(file: String, what: String, needed: Int, available: Int)
  /// Something in the file contradicts its format.
  case malformed(file: String, what: String)
  /// The file announces more than a bound allows.
  case tooLarge(file: String, what: String, found: Int, limit: Int)
  /// The file is well-formed but uses a feature that is not read.
  case unsupported(file: String, found: String, fix: String)
  /// The pickle names a class or function that is not on the list of those known to be tensor parts.
  case forbiddenGlobal(file: String, name: String)
  /// The pickle has an instruction that weights do not need.
  case forbiddenOpcode(file: String, name: String, offset: Int)
  /// No tensor has this name; `nearest` is the most similar one.
  case missingTensor(file: String, name: String, nearest: String?)
  /// A tensor has another shape than the layer that asked for it.
  case wrongShape(file: String, name: String, found: [Int], expected: [Int])
  /// Tensors that no layer asked for.
  case unusedTensors(file: String, names: [String])
}

extension CheckpointError: CustomStringConvertible {
  /// The message.
  public var description: String { message.withoutControlCharacters }

  private var message: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): cannot be read: \(reason); check the path and its permissions"
    case .unwritable(let file, let reason):
      "\(file): cannot be written: \(reason); check the folder, its permissions and the free space"
    case .unknownFormat(let file, let found):
      "\(file): starts with \(found), expected a weight file "
        + "(safetensors, pytorch, npy, npz, numpy pickle or hdf5)"
    case .truncated(let file, let what, let needed, let available):
      "\(file): truncated: \(what) needs \(needed) bytes, \(available) are there; download the file again"
    case .malformed(let file, let what):
      "\(file): malformed: \(what); download the file again or convert it to safetensors"
    case .tooLarge(let file, let what, let found, let limit):
      "\(file): \(what) is \(found), the limit is \(limit); this is not an ordinary weight file"
    case .unsupported(let file, let found, let fix):
      "\(file): \(found) is not supported; \(fix)"
    case .forbiddenGlobal(let file, let name):
      "\(file): the pickle names '\(name)', which is no part of a tensor, and nothing in it is run; "
        + "save only the state_dict, or convert the file to safetensors where it is trusted"
    case .forbiddenOpcode(let file, let name, let offset):
      "\(file): the pickle has the instruction \(name) at byte \(offset), which weights do not need; "
        + "save only the state_dict, or convert the file to safetensors where it is trusted"
    case .missingTensor(let file, let name, let nearest):
      "\(file): no tensor '\(name)'"
        + (nearest.map { "; the nearest name is '\($0)'" } ?? "; the file has none of a similar name")
    case .wrongShape(let file, let name, let found, let expected):
      "\(file): tensor '\(name)' is \(Shape.text(found)), the layer needs \(Shape.text(expected)); "
        + "use the file this network was published with"
    case .unusedTensors(let file, let names):
      "\(file): \(names.count) tensors have no layer, the first are "
        + names.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
        + "; use the file this network was published with"
    }
  }
}

extension CheckpointError: ReasonedError {
  /// What failed clips carry.
  public var reason: FailureReason {
    switch self {
    case .unreadable: .unreadable
    case .tooLarge: .tooLarge
    default: .modelError
    }
  }
}

extension String {
  /// The text with control characters escaped, so that names from hostile files can neither break a line
  /// nor steer a terminal.
  package var withoutControlCharacters: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: result += scalar.escaped(asASCII: true)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
