#ifndef C_EMBEDDED_MODELS_H
#define C_EMBEDDED_MODELS_H

#include <stddef.h>

/// What a weight file is for.
typedef enum {
    /// A colorization model.
    lvcd_colorizer,
    /// A network that finds motion.
    lvcd_flow,
} lvcd_embedded_kind;

/// A weight file inside the program.
typedef struct {
    /// File name without its extension, NUL-terminated.
    const char *name;
    /// What it is for.
    lvcd_embedded_kind kind;
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
