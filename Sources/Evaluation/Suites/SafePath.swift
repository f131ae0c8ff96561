internal import Foundation

/// Checks on names and paths that come from files: nothing may leave its root.
enum SafePath {
  /// Whether `id` is a legal clip id; the reason when it is not.
  static func clipIDFault(_ id: String) -> String? {
    if id.isEmpty { return "is empty" }
    if id.utf8.count > 200 { return "is \(id.utf8.count) bytes long" }
    for part in id.split(separator: "/", omittingEmptySubsequences: false) {
      if let fault = partFault(part) { return fault }
    }
    return nil
  }

  private static func partFault(_ part: Substring) -> String? {
    if part.isEmpty { return "has an empty part" }
    if part == "." || part == ".." { return "has a part '\(part)'" }
    let isLegal = part.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || [45, 46, 95].contains(byte)
    }
    return isLegal ? nil : "has a character outside [A-Za-z0-9._-]"
  }

  /// Why `path` may not be used below a root; nil when it may.
  static func relativeFault(_ path: String) -> String? {
    if path.isEmpty { return "is empty" }
    if path.hasPrefix("/") { return "is absolute" }
    if path.hasPrefix("~") { return "begins with '~'" }
    if path.utf8.contains(where: { $0 < 32 || $0 == 127 }) { return "holds control characters" }
    if path.split(separator: "/").contains("..") { return "holds '..'" }
    return nil
  }

  /// Whether `url` lies in `root`, links resolved in both as far as they exist.
  static func isBelow(_ root: URL, _ url: URL) -> Bool {
    let rootPath = resolved(root.standardizedFileURL)
    let path = resolved(url.standardizedFileURL)
    return path == rootPath || path.hasPrefix(rootPath.hasSuffix("/") ? rootPath : rootPath + "/")
  }

  /// The real path of the part that exists, with the rest behind it: a frame pattern is no file itself.
  private static func resolved(_ url: URL) -> String {
    var existing = url
    var rest: [String] = []
    while existing.path != "/" {
      if let real = realpath(existing.path, nil) {
        defer { free(real) }
        return ([String(cString: real)] + rest.reversed()).joined(separator: "/")
      }
      rest.append(existing.lastPathComponent)
      existing.deleteLastPathComponent()
    }
    return url.path
  }
}
