#include "internal/ct_dispatch.h"

#define CT_NAME(name) name##_generic
#define CT_TARGET
#include "internal/ct_winograd_body.h"

void ct_interleave_chunk(
    float *to, const float *from, size_t channels, size_t channel_step, size_t area, size_t chunk,
    ct_vector vector) {
  CT_DISPATCH(ct_interleave_chunk, to, from, channels, channel_step, area, chunk)
}

void ct_tile_inputs(
    float *to, const float *from, const ct_tiled_image *image, size_t tap, size_t sample_step, size_t first,
    size_t count, size_t panel_rows, size_t panel_step, size_t point_step, ct_vector vector) {
  CT_DISPATCH(
      ct_tile_inputs, to, from, image, tap, sample_step, first, count, panel_rows, panel_step, point_step)
}

void ct_tile_outputs(
    float *to, const float *from, const float *bias, const ct_tiled_image *image, size_t outputs, size_t chunk,
    size_t first, size_t count, size_t tile_step, size_t point_step, ct_vector vector) {
  CT_DISPATCH(ct_tile_outputs, to, from, bias, image, outputs, chunk, first, count, tile_step, point_step)
}

void ct_tile_kernels(
    float *to, const float *from, size_t side, size_t output_step, size_t channel_step, size_t count,
    size_t channels, size_t row_step, size_t point_step, ct_vector vector) {
  CT_DISPATCH(ct_tile_kernels, to, from, side, output_step, channel_step, count, channels, row_step, point_step)
}
