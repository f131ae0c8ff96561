#ifndef CT_WINOGRAD_H
#define CT_WINOGRAD_H

#include "CTensorWinograd.h"

#define CT_DECLARE_WINOGRAD(suffix) \
  void ct_interleave_chunk##suffix( \
      float *to, const float *from, size_t channels, size_t channel_step, size_t area, size_t chunk); \
  void ct_tile_inputs##suffix( \
      float *to, const float *from, const ct_tiled_image *image, size_t tap, size_t sample_step, \
      size_t first, size_t count, size_t panel_rows, size_t panel_step, size_t point_step); \
  void ct_tile_outputs##suffix( \
      float *to, const float *from, const float *bias, const ct_tiled_image *image, size_t outputs, \
      size_t chunk, size_t first, size_t count, size_t tile_step, size_t point_step); \
  void ct_tile_kernels##suffix( \
      float *to, const float *from, size_t side, size_t output_step, size_t channel_step, size_t count, \
      size_t channels, size_t row_step, size_t point_step)

CT_DECLARE_WINOGRAD(_generic);
#if defined(__x86_64__)
CT_DECLARE_WINOGRAD(_avx2);
CT_DECLARE_WINOGRAD(_avx512);
#endif

#endif
