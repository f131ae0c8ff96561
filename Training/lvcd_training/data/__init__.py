"""Generated clips: from the program's shards to packed frames to batches."""
