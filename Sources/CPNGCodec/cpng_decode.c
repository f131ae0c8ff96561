#include "CPNGCodec.h"
#include "cpng_errors.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t remaining;
  int truncated;
} source;

static void read_bytes(png_structp png, png_bytep out, size_t count) {
  source *from = png_get_io_ptr(png);
  if (count > from->remaining) {
    from->truncated = 1;
    png_error(png, "the file ends too early");
  }
  memcpy(out, from->bytes, count);
  from->bytes += count;
  from->remaining -= count;
}

// Everything that libpng may jump out of. `rows` is owned by the caller, which frees it after the jump.
static void decode(png_structp png, png_infop info, uint32_t width, uint32_t height, int channels,
                   uint8_t *samples, png_bytepp rows) {
  // The samples alone matter: text, profiles and the like are stepped over, their CRC checked, never
  // inflated.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_user_limits(png, width, height);
  // Fewer, larger pieces go to zlib than with the default of 8 KiB.
  png_set_compression_buffer_size(png, 1 << 16);
  png_read_info(png, info);
  if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height) {
    png_error(png, "the header chunk does not come first");
  }
  int colour = png_get_color_type(png, info);
  int depth = png_get_bit_depth(png, info);
  if (depth == 16) png_set_scale_16(png);
  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (colour == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if ((colour & PNG_COLOR_MASK_COLOR) == 0) png_set_gray_to_rgb(png);
  if (channels == 4) {
    if (png_get_valid(png, info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
    png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
  } else if ((colour & PNG_COLOR_MASK_ALPHA) != 0 || colour == PNG_COLOR_TYPE_PALETTE) {
    png_set_strip_alpha(png);
  }
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t stride = (size_t)width * (size_t)channels;
  if (png_get_rowbytes(png, info) != stride) png_error(png, "the samples do not become 8-bit RGB");
  for (uint32_t y = 0; y < height; y++) rows[y] = samples + stride * y;
  for (int pass = 0; pass < passes; pass++) png_read_rows(png, rows, NULL, height);
  png_read_end(png, NULL);
}

int cpng_decode(const uint8_t *file, size_t file_size, uint32_t width, uint32_t height, int channels,
                uint8_t *samples, int *truncated, char message[CPNG_MESSAGE_SIZE]) {
  *truncated = 0;
  jmp_buf escape;
  cpng_errors errors = {.escape = &escape, .message = message};
  source from = {.bytes = file, .remaining = file_size};
  png_bytepp rows = malloc(sizeof(png_bytep) * height);
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &errors, cpng_fail, cpng_ignore_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  // Before setjmp: what libpng changes in `from` must be visible after the jump.
  if (png) png_set_read_fn(png, &from, read_bytes);
  volatile int result = -1;
  if (!rows || !info) {
    cpng_set_message(&errors, "out of memory");
  } else if (setjmp(escape) == 0) {
    decode(png, info, width, height, channels, samples, rows);
    result = 0;
  }
  *truncated = from.truncated;
  png_destroy_read_struct(&png, &info, NULL);
  free(rows);
  return result;
}
