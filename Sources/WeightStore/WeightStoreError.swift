public import EvalCore

/// Why a weight file cannot be used or obtained. Every message is one line that names the file, what was found, what
/// was expected, and the fix.
public enum WeightStoreError: ReasonedError, Hashable {
  /// The file lies in none of the folders; `command` obtains it where a connection is at hand.
  case missing(id: WeightID, file: String, folder: String)
  /// The file is there with another number of bytes than the pinned one.
  case wrongSize(file: String, found: Int, expected: Int)
  /// The file is there with another content than the pinned one.
  case wrongDigest(file: String, found: String, expected: String)
  /// The file cannot be read; `reason` is the system's text.
  case unreadable(file: String, reason: String)
  /// The folder of the store cannot be written; `reason` is the system's text.
  case unwritable(file: String, reason: String)
  /// The client that fetches files failed or is not there.
  case notFetched(id: WeightID, detail: String, file: String, folder: String)
  /// There is no address to fetch from.
  case onlyByHand(id: WeightID, source: String, file: String, folder: String)
  /// A connection would be needed but was forbidden.
  case offline(id: WeightID, source: String, file: String, folder: String)
  /// No weights have this name.
  case unknownName(String)

  /// The reason code for records and failures.
  public var reason: FailureReason {
    switch self {
    case .missing, .notFetched, .onlyByHand, .offline, .unknownName: .missing
    case .wrongSize, .wrongDigest: .hashMismatch
    case .unreadable, .unwritable: .unreadable
    }
  }
}

extension WeightStoreError: CustomStringConvertible {
  /// The message.
  public var description: String {
    switch self {
    case .missing(let id, let file, _):
      // Stands in reports, which name no folder of the machine they were made on.
      "the weights \(file) are missing; run 'lvcd-bench weights get \(id.rawValue)', "
        + "or put the file into the folder that 'lvcd-bench weights list' names"
    case .wrongSize(let file, let found, let expected):
      "\(file): has \(found) bytes, expected \(expected); the download is incomplete or another file, get it again"
    case .wrongDigest(let file, let found, let expected):
      "\(file): its sha-256 begins with \(found.prefix(16)), expected \(expected.prefix(16)); "
        + "this is another file, get it again"
    case .unreadable(let file, let reason):
      "\(file): cannot be read: \(reason); check the path and its permissions"
    case .unwritable(let file, let reason):
      "\(file): cannot be written: \(reason); check the folder, its permissions and the free space"
    case .notFetched(let id, let detail, let file, let folder):
      "\(id.rawValue): not obtained: \(detail); check the connection, or put \(file) into \(folder)"
    case .onlyByHand(let id, let source, let file, let folder):
      "\(id.rawValue): there is no address to fetch from (\(source)); put \(file) into \(folder)"
    case .offline(let id, let source, let file, let folder):
      "\(id.rawValue): not obtained, no connection was allowed; put \(file) into \(folder) (from \(source))"
    case .unknownName(let name):
      "no weights are called '\(name)'\(NearestMatch.hint(name, among: WeightID.allCases.map(\.rawValue))); "
        + "'lvcd-bench weights list' shows the names"
    }
  }
}
