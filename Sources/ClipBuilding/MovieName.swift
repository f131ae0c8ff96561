public import Foundation

/// Names that clips of a film carry.
public enum MovieName {
  /// One name per film: its file name without extension, characters outside `[A-Za-z0-9._-]` replaced by `-`.
  ///
  /// Throws `ClipBuildError.sameName` when two films get the same one.
  public static func names(of movies: [URL]) throws(ClipBuildError) -> [String] {
    var seen: [String: URL] = [:]
    var names: [String] = []
    for movie in movies {
      let name = name(of: movie)
      if let first = seen[name] {
        throw .sameName(name, first: first.path, second: movie.path)
      }
      seen[name] = movie
      names.append(name)
    }
    return names
  }

  private static func name(of movie: URL) -> String {
    let stem = movie.deletingPathExtension().lastPathComponent
    let legal = stem.unicodeScalars.map { scalar -> Character in
      let isLegal =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "._-".unicodeScalars.contains(scalar))
      return isLegal ? Character(scalar) : "-"
    }
    // Hidden folders would not be found again, and ids must not be made of dots.
    let name = String(String(legal).drop { $0 == "." }.prefix(100))
    return name.isEmpty ? "film" : name
  }
}
