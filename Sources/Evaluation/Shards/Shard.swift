/// A share of a run's clips: one or more neighbouring parts of `count`.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// The parts, counted from 0.
  public let parts: ClosedRange<Int>
  /// How many parts there are in all.
  public let count: Int

  /// Part `index`, counted from 0, of `count`.
  public init(index: Int, of count: Int) {
    precondition((0..<count).contains(index), "part \(index) of \(count)")
    parts = index...index
    self.count = count
  }

  /// Reads `K/N` or `K-M/N`, counted from 1; nil for anything else.
  public init?(_ text: String) {
    let sides = text.split(separator: "/", omittingEmptySubsequences: false)
    guard sides.count == 2, let count = Self.number(sides[1]), count >= 1 else { return nil }
    let ends = sides[0].split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
    guard (1...2).contains(ends.count), let first = ends.first ?? nil, let last = ends.last ?? nil,
      first >= 1, first <= last, last <= count
    else { return nil }
    parts = (first - 1)...(last - 1)
    self.count = count
  }

  /// Digits only: no sign, no blank.
  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
  }

  /// Whether no clip is left to others.
  public var isEverything: Bool { parts.count == count }

  /// Whether a part, counted from 0, belongs to this share.
  public func contains(_ part: Int) -> Bool { parts.contains(part) }

  /// For example `3/16` or `3-5/16`.
  public var description: String {
    let first = parts.lowerBound + 1
    return parts.count == 1 ? "\(first)/\(count)" : "\(first)-\(parts.upperBound + 1)/\(count)"
  }
}

/// Finds a process's share in the variables of schedulers, so that arrays and parallel launchers work without
/// a library of theirs.
public enum ShardDetection {
  private struct Found {
    var source: String
    var shard: Shard
  }

  /// Slurm arrays, then Open MPI, other MPIs, and `srun`; nil where none is named.
  ///
  /// - Throws: `ShardError` for half of a pair, numbers that make no share, and launchers that disagree.
  public static func shard(
    _ environment: [String: String]
  ) throws(ShardError) -> (shard: Shard, source: String)? {
    var found: [Found] = []
    if let array = try array(environment) { found.append(array) }
    for (source, index, count) in [
      ("Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("MPI", "PMI_RANK", "PMI_SIZE"),
      ("srun", "SLURM_PROCID", "SLURM_NTASKS"),
    ] {
      if let pair = try pair(environment, source, index, count) { found.append(pair) }
    }
    // A launcher of one process divides nothing: an array task may well run under one.
    let dividing = found.filter { $0.shard.count > 1 }
    guard let first = dividing.first ?? found.first else { return nil }
    if let other = dividing.first(where: { $0.shard != first.shard }) {
      throw .conflict(
        "\(first.source) says \(first.shard)", "\(other.source) says \(other.shard)")
    }
    return (first.shard, first.source)
  }

  private static func array(_ environment: [String: String]) throws(ShardError) -> Found? {
    let names = ["SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN"]
    guard names.contains(where: { environment[$0] != nil }) else { return nil }
    let id = try number(environment, names[0], with: names[1])
    let count = try number(environment, names[1], with: names[0])
    let least = try environment[names[2]] == nil ? 0 : number(environment, names[2], with: names[0])
    let step = try environment["SLURM_ARRAY_TASK_STEP"] == nil
      ? 1 : number(environment, "SLURM_ARRAY_TASK_STEP", with: names[0])
    let index = step > 0 ? (id - least) / step : -1
    guard step > 0, (id - least) % step == 0, (0..<count).contains(index) else {
      throw .outside(
        "\(names[0])=\(id) in an array of \(count) tasks from \(least) on, step \(step)")
    }
    return Found(source: "Slurm array", shard: Shard(index: index, of: count))
  }

  private static func pair(
    _ environment: [String: String], _ source: String, _ index: String, _ count: String
  ) throws(ShardError) -> Found? {
    guard environment[index] != nil || environment[count] != nil else { return nil }
    let rank = try number(environment, index, with: count)
    let size = try number(environment, count, with: index)
    guard (0..<size).contains(rank) else { throw .outside("\(index)=\(rank) and \(count)=\(size)") }
    return Found(source: source, shard: Shard(index: rank, of: size))
  }

  private static func number(
    _ environment: [String: String], _ name: String, with other: String
  ) throws(ShardError) -> Int {
    guard let text = environment[name] else { throw .halfSet(missing: name, present: other) }
    guard let number = Int(text), number >= 0 else { throw .outside("\(name)='\(text.prefix(40))'") }
    return number
  }
}

/// Why a share cannot be told from the environment.
public enum ShardError: Error, Equatable, CustomStringConvertible {
  /// One of two variables that belong together.
  case halfSet(missing: String, present: String)
  /// Numbers that make no share.
  case outside(String)
  /// Launchers that disagree.
  case conflict(String, String)

  /// Found, expected, fix.
  public var description: String {
    switch self {
    case .halfSet(let missing, let present):
      "\(present) is set and \(missing) is not; set both, or give --shard K/N"
    case .outside(let found): "\(found): makes no share of a run; give --shard K/N"
    case .conflict(let first, let second): "\(first), \(second); give --shard K/N"
    }
  }
}
