/// Finding the tensors in what a pickle built.
extension PickleMachine {
  /// A tensor found, with its path.
  enum Leaf {
    case tensor(PickleTensor)
    case array(PickleArray)
  }

  /// Bounds on the walk: shared values could otherwise make it endless.
  private static let depthLimit = 64
  private static let visitLimit = 2_000_000

  /// All tensors below `root` in order, named by their dictionary keys joined with ".".
  ///
  /// If the root is a dictionary with a dictionary under "state_dict" (PyTorch Lightning and many training
  /// scripts), only that one is walked: what else such files hold, for example the optimizer's state, are
  /// not weights. Numbers and texts beside tensors are skipped, and so are entries whose key is neither
  /// text nor a number.
  func tensors(root: PickleIndex) throws(CheckpointError) -> [(String, Leaf)] {
    var found: [(String, Leaf)] = []
    var visits = 0
    try walk(try stateDictionary(of: root) ?? root, [], &found, &visits)
    return found
  }

  private func stateDictionary(of root: PickleIndex) throws(CheckpointError) -> PickleIndex? {
    guard case .dictionary(let pairs) = node(root) else { return nil }
    for position in stride(from: 0, to: pairs.count, by: 2) {
      guard case .text(let key) = node(pairs[position]), case .dictionary = node(pairs[position + 1]) else {
        continue
      }
      if try text(key) == "state_dict" { return pairs[position + 1] }
    }
    return nil
  }

  private func walk(
    _ index: PickleIndex, _ path: [String], _ found: inout [(String, Leaf)], _ visits: inout Int
  ) throws(CheckpointError) {
    visits += 1
    guard visits <= Self.visitLimit else {
      throw .tooLarge(file: file.name, what: "the number of values", found: visits, limit: Self.visitLimit)
    }
    guard path.count <= Self.depthLimit else {
      throw .tooLarge(file: file.name, what: "the nesting depth", found: path.count, limit: Self.depthLimit)
    }
    switch node(index) {
    case .tensor(let tensor): found.append((name(path), .tensor(tensor)))
    case .array(let array): found.append((name(path), .array(array)))
    case .list(let items), .tuple(let items):
      for (position, item) in items.enumerated() { try walk(item, path + ["\(position)"], &found, &visits) }
    case .dictionary(let pairs):
      for position in stride(from: 0, to: pairs.count, by: 2) {
        guard let key = try key(pairs[position]) else { continue }
        try walk(pairs[position + 1], path + [key], &found, &visits)
      }
    default: break
    }
  }

  /// A file that holds one bare tensor has no name for it.
  private func name(_ path: [String]) -> String { path.isEmpty ? "array" : path.joined(separator: ".") }

  private func key(_ index: PickleIndex) throws(CheckpointError) -> String? {
    switch node(index) {
    case .text(let range): try text(range)
    case .integer(let value): "\(value)"
    default: nil
    }
  }
}
