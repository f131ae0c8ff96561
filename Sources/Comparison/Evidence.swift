public import EvalCore

/// What a comparison needs of a run, small enough for a repository: per cell the value and what each clip
/// contributed.
///
/// Written as the baseline file (schema `baseline/1`).
public struct Evidence: Codable, Sendable, Hashable {
  /// Schema of this document.
  public var schema = "baseline/1"
  /// Name of the protocol the numbers follow.
  public var protocolName: String
  /// Program and version that made them.
  public var program: String
  /// Where the numbers come from: run folder, commit, whatever was given.
  public var provenance: [String: String]
  /// The test sets.
  public var suites: [SuiteEvidence]
  /// One entry per test set, method and quantity.
  public var cells: [CellEvidence]
  /// Whether only a part of a set was run.
  public var isPartial: Bool
  /// Clips that failed in some row, as `set/clip`.
  public var failedClips: [String]

  /// Makes a document.
  public init(
    protocolName: String, program: String, provenance: [String: String] = [:], suites: [SuiteEvidence],
    cells: [CellEvidence], isPartial: Bool = false, failedClips: [String] = []
  ) {
    self.protocolName = protocolName
    self.program = program
    self.provenance = provenance
    self.suites = suites
    self.cells = cells
    self.isPartial = isPartial
    self.failedClips = failedClips
  }

  /// The entry at a place.
  public func cell(suite: String, method: String, quantity: Quantity) -> CellEvidence? {
    cells.first { $0.suite == suite && $0.method == method && $0.quantity == quantity }
  }

  /// Names of the methods, in order.
  public var methods: [String] {
    var names: [String] = []
    for cell in cells where !names.contains(cell.method) { names.append(cell.method) }
    return names
  }
}

/// The clips of one test set that entered the values.
public struct SuiteEvidence: Codable, Sendable, Hashable {
  /// The set's name.
  public var name: String
  /// SHA-256 of the set's description.
  public var hash: String
  /// Ids of the clips that entered, sorted.
  public var clips: [String]

  /// Makes an entry.
  public init(name: String, hash: String, clips: [String]) {
    self.name = name
    self.hash = hash
    self.clips = clips
  }
}

/// What is compared: a metric, or the time a method takes.
public enum Quantity: Codable, Sendable, Hashable, Comparable, CustomStringConvertible {
  /// One of the paper's metrics.
  case metric(MetricID)
  /// Median over clips of seconds per frame.
  case secondsPerFrame

  private static let timeName = "seconds_per_frame"

  /// Reads a name as gate rules and baselines write it; nil when it is none.
  public init?(name: String) {
    if name == Self.timeName {
      self = .secondsPerFrame
    } else if let id = MetricID(rawValue: name) {
      self = .metric(id)
    } else {
      return nil
    }
  }

  /// Every legal name.
  public static var names: [String] { MetricID.allCases.map(\.rawValue) + [timeName] }

  /// The name in rules and files.
  public var description: String {
    switch self {
    case .metric(let id): id.rawValue
    case .secondsPerFrame: Self.timeName
    }
  }

  /// Which direction is better.
  public var polarity: Polarity {
    switch self {
    case .metric(let id): id.polarity
    case .secondsPerFrame: .lowerIsBetter
    }
  }

  /// Report order, times last.
  public static func < (a: Quantity, b: Quantity) -> Bool {
    switch (a, b) {
    case (.metric(let x), .metric(let y)): x < y
    case (.metric, .secondsPerFrame): true
    case (.secondsPerFrame, _): false
    }
  }

  /// Reads the name.
  public init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    guard let quantity = Quantity(name: name) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "unknown quantity '\(name)'"))
    }
    self = quantity
  }

  /// Writes the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// One value of one method on one test set, with what each clip contributed.
public struct CellEvidence: Codable, Sendable, Hashable {
  /// The test set's name.
  public var suite: String
  /// The row's name.
  public var method: String
  /// What was measured.
  public var quantity: Quantity
  /// Column name, for example `EDMD[XDoG,0.5]`.
  public var label: String
  /// Everything that can change the number.
  public var signature: String
  /// The value over the set; nil with a `reason`.
  public var value: Double?
  /// Why there is no value.
  public var reason: String?
  /// Each clip's own value, in the order of the set's clips; empty for quantities of the whole set.
  public var clipValues: [Double?]
  /// Each clip's influence on a value of the whole set, in the order of the set's clips; empty where none was
  /// computed.
  public var influences: [Double]
  /// Whether fewer frames than feature dimensions entered: such a value is excluded from gates unless
  /// allowed.
  public var isRankDeficient: Bool

  /// Under this name a metric counts that it had fewer frames than feature dimensions.
  public static let rankDeficientName = "rank-deficient"

  /// Makes an entry.
  public init(
    suite: String, method: String, quantity: Quantity, label: String, signature: String, value: Double?,
    reason: String? = nil, clipValues: [Double?] = [], influences: [Double] = [],
    isRankDeficient: Bool = false
  ) {
    self.suite = suite
    self.method = method
    self.quantity = quantity
    self.label = label
    self.signature = signature
    self.value = value
    self.reason = reason
    self.clipValues = clipValues
    self.influences = influences
    self.isRankDeficient = isRankDeficient
  }
}

/// How two signatures differ.
public struct SignatureDifference: Sendable, Hashable, CustomStringConvertible {
  /// Field to its two values, nil where one side lacks it; the metric's name is the field `metric`.
  public let fields: [String: Pair]

  /// A field's two values.
  public struct Pair: Sendable, Hashable {
    /// In the first signature.
    public let old: String?
    /// In the second.
    public let new: String?
  }

  /// Compares two signatures of the form `NAME|key:value|…`, leaving out the `ignored` fields.
  public init(_ old: String, _ new: String, ignoring ignored: Set<String> = []) {
    let (a, b) = (Self.parse(old), Self.parse(new))
    var fields: [String: Pair] = [:]
    for key in Set(a.keys).union(b.keys) where a[key] != b[key] && !ignored.contains(key) {
      fields[key] = Pair(old: a[key], new: b[key])
    }
    self.fields = fields
  }

  private static func parse(_ signature: String) -> [String: String] {
    var fields: [String: String] = [:]
    for (index, part) in signature.split(separator: "|").enumerated() {
      let sides = part.split(separator: ":", maxSplits: 1).map(String.init)
      if index == 0 || sides.count < 2 {
        fields[index == 0 ? "metric" : String(part)] = String(part)
      } else {
        fields[sides[0]] = sides[1]
      }
    }
    return fields
  }

  /// Whether nothing differs.
  public var isEmpty: Bool { fields.isEmpty }

  /// For example `resize: area against bilinear-aa`.
  public var description: String {
    fields.sorted { $0.key < $1.key }.map { key, pair in
      "\(key): \(pair.old ?? "absent") against \(pair.new ?? "absent")"
    }.joined(separator: ", ")
  }
}
