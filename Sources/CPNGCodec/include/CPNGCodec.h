#ifndef CPNGCODEC_H
#define CPNGCODEC_H

#include <stddef.h>
#include <stdint.h>

// PNG files in memory <-> 8-bit samples, through libpng's row interface. libpng reports errors by longjmp,
// which must not cross Swift frames: every call into libpng lies inside this target.

enum { CPNG_MESSAGE_SIZE = 128 };

// Decodes a whole PNG into `samples`: width * height * channels bytes, rows from the top. Grey is replicated,
// palettes are expanded, 16 bits become round(v * 255 / 65535). With 3 channels alpha is dropped; with 4 it follows
// the colour, 255 where the file has none. Ancillary chunks are skipped without being inflated.
// `width` and `height` are what the caller read from the header chunk: another size is an error. Checks
// every CRC.
// Returns 0, or -1 with libpng's reason in `message`. *truncated is set when the file ended too early.
int cpng_decode(const uint8_t *file, size_t file_size, uint32_t width, uint32_t height, int channels,
                uint8_t *samples, int *truncated, char message[CPNG_MESSAGE_SIZE]);

// A growing block of bytes made by cpng_encode; release `bytes` with cpng_free.
typedef struct {
  uint8_t *bytes;
  size_t size;
  size_t capacity;
} cpng_buffer;

// Encodes 8-bit samples, `channels` 1 (grey) or 3 (RGB). Returns 0, or -1 with a reason in `message`.
int cpng_encode(const uint8_t *samples, uint32_t width, uint32_t height, int channels, cpng_buffer *out,
                char message[CPNG_MESSAGE_SIZE]);

void cpng_free(cpng_buffer *buffer);

#endif
