#include "CPNGCodec.h"
#include "cpng_errors.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void append_bytes(png_structp png, png_bytep bytes, size_t count) {
  cpng_buffer *out = png_get_io_ptr(png);
  if (out->capacity - out->size < count) {
    size_t capacity = out->capacity * 2 + count + 4096;
    uint8_t *grown = realloc(out->bytes, capacity);
    if (!grown) png_error(png, "out of memory");
    out->bytes = grown;
    out->capacity = capacity;
  }
  memcpy(out->bytes + out->size, bytes, count);
  out->size += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static void encode(png_structp png, png_infop info, const uint8_t *samples, uint32_t width, uint32_t height,
                   int channels) {
  png_set_IHDR(png, info, width, height, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  // Frames are written by the thousand: one filter and a light search for repeats.
  png_set_compression_level(png, 3);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, channels == 1 ? PNG_FILTER_NONE : PNG_FILTER_SUB);
  png_set_compression_strategy(png, Z_DEFAULT_STRATEGY);
  png_set_compression_buffer_size(png, 1 << 16);
  png_write_info(png, info);
  size_t stride = (size_t)width * (size_t)channels;
  for (uint32_t y = 0; y < height; y++) png_write_row(png, samples + stride * y);
  png_write_end(png, info);
}

int cpng_encode(const uint8_t *samples, uint32_t width, uint32_t height, int channels, cpng_buffer *out,
                char message[CPNG_MESSAGE_SIZE]) {
  jmp_buf escape;
  cpng_errors errors = {.escape = &escape, .message = message};
  *out = (cpng_buffer){0};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &errors, cpng_fail, cpng_ignore_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  volatile int result = -1;
  if (!info) {
    cpng_set_message(&errors, "out of memory");
  } else if (setjmp(escape) == 0) {
    png_set_write_fn(png, out, append_bytes, flush_nothing);
    encode(png, info, samples, width, height, channels);
    result = 0;
  }
  png_destroy_write_struct(&png, &info);
  return result;
}

void cpng_free(cpng_buffer *buffer) {
  free(buffer->bytes);
  *buffer = (cpng_buffer){0};
}
