#ifndef EMBEDDED_MODELS_H
#define EMBEDDED_MODELS_H

#include <stddef.h>

/// A weight file inside the program.
typedef struct {
    /// File name without its extension, NUL-terminated.
    const char *name;
    /// The file: safetensors, aligned to 64 bytes.
    const unsigned char *bytes;
    /// Number of bytes.
    size_t size;
} lvcd_embedded_model;

/// Number of weight files inside the program.
size_t lvcd_embedded_model_count(void);

/// Weight file number `index`, below `lvcd_embedded_model_count()`.
lvcd_embedded_model lvcd_embedded_model_at(size_t index);

#endif
