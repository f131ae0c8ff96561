#ifndef CE_CHILD_H
#define CE_CHILD_H

#include <stddef.h>
#include <stdint.h>

/// Writes every numeric dataset of `path` and their directory to `output`; see `ce_extract` for the layout.
/// Returns 0, or -1 with one line of text in `reason`. Runs in the child process only.
int ce_child_extract(const char *path, int output, uint64_t data_limit, char *reason, size_t reason_bytes);

#endif
