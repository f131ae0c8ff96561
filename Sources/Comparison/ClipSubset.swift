/// The clips of a set that a gate judges, as positions on both sides.
struct ClipSubset {
  let ids: [String]
  let old: [Int]
  let new: [Int]
  /// Clips of one side only.
  let leftOut: [String]

  static func find(
    _ run: Evidence, _ baseline: Evidence, suite name: String, policy: GateRules.ClipPolicy,
    allowed: Set<String>
  ) -> Result<ClipSubset, IncomparableReason> {
    guard let old = baseline.suites.first(where: { $0.name == name }) else {
      return .failure(.suite(name: name, detail: "not in the baseline"))
    }
    guard let new = run.suites.first(where: { $0.name == name }) else {
      return .failure(.suite(name: name, detail: "not in the run"))
    }
    guard !old.clips.isEmpty, !new.clips.isEmpty else {
      return .failure(.suite(name: name, detail: "holds no clip"))
    }
    let places = Dictionary(uniqueKeysWithValues: new.clips.enumerated().map { ($1, $0) })
    let common = old.clips.enumerated().compactMap { index, id in
      places[id].map { (id: id, old: index, new: $0) }
    }
    let missing = Set(old.clips).symmetricDifference(new.clips).sorted()
    if policy == .same {
      guard missing.isEmpty else {
        return .failure(
          .suite(
            name: name,
            detail:
              "\(missing.count) clips are on one side only (\(missing.prefix(3).joined(separator: ", ")))"))
      }
      guard old.hash == new.hash || allowed.contains("set") else {
        return .failure(
          .suite(
            name: name,
            detail: "hash \(old.hash.prefix(12)) against \(new.hash.prefix(12)), the frames differ"))
      }
    }
    guard Double(common.count) >= GateRules.smallestIntersection * Double(old.clips.count) else {
      return .failure(
        .suite(
          name: name, detail: "only \(common.count) of the baseline's \(old.clips.count) clips are in the run"
        ))
    }
    return .success(
      ClipSubset(ids: common.map(\.id), old: common.map(\.old), new: common.map(\.new), leftOut: missing))
  }

  /// The cell over the clips at `positions`: its value is formed again where clips were left out.
  func restrict(
    _ cell: CellEvidence?, to positions: [Int], place: String, side: String
  ) throws(IncomparableReason) -> CellEvidence? {
    guard var cell, !leftOut.isEmpty else { return cell }
    guard !cell.clipValues.isEmpty, positions.allSatisfy({ $0 < cell.clipValues.count }) else {
      throw .missing(
        place: place, side: side,
        detail: "a value of the whole set cannot be formed over a subset of its clips")
    }
    cell.clipValues = positions.map { cell.clipValues[$0] }
    let values = cell.clipValues.compactMap(\.self)
    cell.value = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    return cell
  }
}
