internal import Foundation

/// Why a file of published tables cannot be used. Every message names the file and, where there is one, the
/// key.
public enum PublishedTablesError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be read.
  case unreadable(file: String, detail: String)
  /// The file is not JSON.
  case notJSON(file: String, detail: String)
  /// A key that the form does not have.
  case unknownKey(file: String, key: String, known: [String])
  /// A key that the form needs is absent.
  case missingKey(file: String, key: String)
  /// A value of another type than the form has.
  case wrongType(file: String, key: String, expected: String)
  /// A value of the right type that makes no sense.
  case invalid(file: String, key: String, found: String, expected: String)
  /// The file has no table of that number.
  case noSuchTable(file: String, table: Int, known: [Int])
  /// The table has no row of that name.
  case noSuchRow(file: String, table: Int, method: String, known: [String])

  /// One line: file, key, found, expected, fix.
  public var description: String {
    switch self {
    case .unreadable(let file, let detail):
      "\(file): cannot be read (\(detail)); check the path and its permissions"
    case .notJSON(let file, let detail):
      "\(file): is not JSON (\(detail)); see Baselines/README.md for the form"
    case .unknownKey(let file, let key, let known):
      "\(file): unknown key '\(key)'; the keys there are \(known.joined(separator: ", ")); "
        + "correct or remove it"
    case .missingKey(let file, let key):
      "\(file): key '\(key)' is missing; add it, see Baselines/README.md for the form"
    case .wrongType(let file, let key, let expected):
      "\(file): '\(key)' does not fit: \(expected); correct the value"
    case .invalid(let file, let key, let found, let expected):
      "\(file): '\(key)' is \(found), expected \(expected); correct the value"
    case .noSuchTable(let file, let table, let known):
      "\(file): has no table \(table), it has \(known.map(String.init).joined(separator: ", ")); "
        + "name one of these"
    case .noSuchRow(let file, let table, let method, let known):
      "\(file): table \(table) has no row '\(method)'; its rows are \(known.joined(separator: ", ")); "
        + "name one of these"
    }
  }

  /// The error for what the JSON decoder found.
  init(_ error: DecodingError, file: String) {
    switch error {
    case .keyNotFound(let key, let context):
      self = .missingKey(file: file, key: keyPath(context.codingPath + [key]))
    case .typeMismatch(let type, let context):
      self = .wrongType(
        file: file, key: keyPath(context.codingPath), expected: "a value of type \(type) is needed")
    case .valueNotFound(let type, let context):
      self = .wrongType(
        file: file, key: keyPath(context.codingPath), expected: "null, a value of type \(type) is needed")
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      self = .notJSON(file: file, detail: context.debugDescription)
    case .dataCorrupted(let context):
      self = .wrongType(
        file: file, key: keyPath(context.codingPath), expected: context.debugDescription)
    @unknown default:
      self = .notJSON(file: file, detail: String(describing: error))
    }
  }
}
