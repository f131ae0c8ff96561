#ifndef EMBEDDED_SUITES_H
#define EMBEDDED_SUITES_H

#include <stddef.h>
#include <stdint.h>

/// One file of the embedded test sets; `path` is relative to the folder `Suites`.
typedef struct {
  const char *path;
  const uint8_t *bytes;
  size_t size;
} lvcd_embedded_file_t;

size_t lvcd_embedded_file_count(void);

/// The file at `index`; all fields are zero beyond the last.
lvcd_embedded_file_t lvcd_embedded_file(size_t index);

#endif
