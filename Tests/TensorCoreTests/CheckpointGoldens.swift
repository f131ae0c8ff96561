import Foundation

/// Files that `Tests/Golden/make_checkpoint_goldens.py` made.
enum CheckpointGoldens {
  static func url(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/checkpoints/\(name)")
  }
}
