"""Errors with a one-line reason for the person at the terminal."""

from __future__ import annotations

import errno
import os
from pathlib import Path


class TrainingError(Exception):
    """A failure whose message names the file or setting, what was found, what was expected and what to do."""


def write_error(path: Path, error: OSError) -> TrainingError:
    """Says why a file could not be written; a full disk with what is free and that nothing was lost."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        stats = os.statvfs(path.parent)
        free = stats.f_bavail * stats.f_frsize >> 20
        return TrainingError(
            f"{path}: disk full ({free} MiB free); the previous file is kept, free some space and start again to resume"
        )
    return TrainingError(f"{path}: cannot be written ({error.strerror}); start again once this is repaired to resume")


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces `path` in one step: readers see the old or the new content, also after a crash."""
    temporary = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise write_error(path, error) from error
