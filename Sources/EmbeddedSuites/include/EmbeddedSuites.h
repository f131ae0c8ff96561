#ifndef EMBEDDED_SUITES_H
#define EMBEDDED_SUITES_H

#include <stddef.h>
#include <stdint.h>

/// A file inside the program.
typedef struct {
    /// Path below the folder of suites, '/' between parts, NUL-terminated.
    const char *path;
    /// The file's bytes.
    const unsigned char *bytes;
    /// Number of bytes.
    size_t size;
} lvcd_embedded_file;

/// All embedded files, sorted by path.
extern const lvcd_embedded_file lvcd_embedded_files[];

/// Number of embedded files.
extern const size_t lvcd_embedded_file_count;

/// File number `index`, below `lvcd_embedded_file_count`.
static inline lvcd_embedded_file lvcd_embedded_file_at(size_t index) {
    return lvcd_embedded_files[index];
}

#endif
