#include "internal/ct_direct.h"

#include <string.h>

#include "internal/ct_dispatch.h"

#define CT_NAME(name) name##_generic
#define CT_TARGET
#define CT_LANES 4
#define CT_ROWS 4
#define CT_EVERY_SECOND(a, b, from) \
  __builtin_shufflevector( \
      a, b, 0 + (from), 2 + (from), 4 + (from), 6 + (from))
#define CT_LOAD_SOME(value, from, mask) \
  for (int lane = 0; lane < CT_LANES; lane++) { \
    if ((mask) >> lane & 1u) (value)[lane] = (from)[lane]; \
  }
#define CT_STORE_SOME(to, mask, value) \
  for (int lane = 0; lane < CT_LANES; lane++) { \
    if ((mask) >> lane & 1u) (to)[lane] = (value)[lane]; \
  }
#include "internal/ct_direct_body.h"

static size_t phases(const ct_axis *axis) {
  ptrdiff_t reach = (axis->kernel - 1) * axis->dilation + 1;
  return (size_t)(reach < axis->stride ? reach : axis->stride);
}

static size_t extent(const ct_axis *axis) {
  return (size_t)(axis->output + (axis->kernel - 1) * axis->dilation / axis->stride);
}

ct_spread ct_spread_of(const ct_window *w) {
  ct_spread layout = {phases(&w->rows), phases(&w->columns), extent(&w->rows), extent(&w->columns), 0};
  layout.plane = layout.row_phases * layout.column_phases * layout.height * layout.pitch;
  return layout;
}

void ct_spread_plane(
    float *to, size_t phase_step, const float *from, const ct_window *window, ct_vector vector) {
  CT_DISPATCH(ct_spread_plane, to, phase_step, from, window)
}

void ct_spread_offsets(int32_t *offsets, const ct_window *w, size_t frame_step, size_t block) {
  ct_spread layout = ct_spread_of(w);
  size_t row_stride = (size_t)w->rows.stride, column_stride = (size_t)w->columns.stride;
  for (size_t first = 0; first < w->channels; first += block) {
    size_t end = first + block < w->channels ? first + block : w->channels;
    for (ptrdiff_t t = 0; t < w->frames.kernel; t++) {
      for (size_t c = first; c < end; c++) {
        size_t plane = (size_t)(t * w->frames.dilation) * frame_step + (c - first) * layout.plane;
        for (ptrdiff_t i = 0; i < w->rows.kernel; i++) {
          for (ptrdiff_t j = 0; j < w->columns.kernel; j++) {
            size_t y = (size_t)(i * w->rows.dilation), x = (size_t)(j * w->columns.dilation);
            size_t phase = y % row_stride * layout.column_phases + x % column_stride;
            *offsets++ = (int32_t)(
                plane + (phase * layout.height + y / row_stride) * layout.pitch + x / column_stride);
          }
        }
      }
    }
  }
}

void ct_pack_kernels(
    float *to, const float *from, const ct_window *w, size_t block, size_t first, size_t count) {
  size_t frames = (size_t)w->frames.kernel, taps = (size_t)(w->rows.kernel * w->columns.kernel);
  size_t inner = w->channels * frames * taps;
  for (size_t o = 0; o < count; o++) {
    const float *source = from + (first + o) * inner;
    float *target = to + o;
    for (size_t start = 0; start < w->channels; start += block) {
      size_t end = start + block < w->channels ? start + block : w->channels;
      for (size_t t = 0; t < frames; t++) {
        for (size_t c = start; c < end; c++) {
          for (size_t tap = 0; tap < taps; tap++) {
            *target = source[(c * frames + t) * taps + tap];
            target += count;
          }
        }
      }
    }
  }
}

void ct_convolve(
    const ct_direct *direct, const ct_window *window, size_t outputs, size_t first, size_t count, ct_vector vector) {
  CT_DISPATCH(ct_convolve, direct, window, outputs, first, count)
}

void ct_convolve_narrow(
    const ct_direct *direct, const ct_window *window, size_t outputs, size_t first, size_t count, ct_vector vector) {
  CT_DISPATCH(ct_convolve_narrow, direct, window, outputs, first, count)
}
