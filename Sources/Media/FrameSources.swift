public import EvalCore
public import Foundation

/// Finds the reader for whatever lies at a path.
public enum FrameSources {
  /// A folder becomes a `FrameFolder`, a PNG file a clip of one frame, any other file a `VideoFile`.
  public static func open(_ url: URL) throws(MediaError) -> any FrameSource {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw .missing(path: url.path)
    }
    if isFolder.boolValue { return try FrameFolder(url) }
    if url.pathExtension.lowercased() == "png" {
      return FrameArray(name: url.path, [try PNGFile.read(url)])
    }
    return try VideoFile(url)
  }
}
