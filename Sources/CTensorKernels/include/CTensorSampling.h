#ifndef CTENSORSAMPLING_H
#define CTENSORSAMPLING_H

#include <stddef.h>

#include "CTensorOperations.h"

/// Windows of one level of a correlation volume, read bilinearly with zeros outside.
///
/// Query `q` of `count` owns the plane `planes + q * height * width` and looks at `(x[q] * scale, y[q] * scale)`.
/// Entry `(2 * radius + 1) * i + j` of its window lies at offset `(i - radius, j - radius)` in (x, y) and is written
/// to `to[entry * stride + q]`. A centre that is not a number, or so far outside that no entry touches the plane,
/// gives zeros. `radius` is at most CT_CORRELATION_MAX_RADIUS.
void ct_correlation_windows(
    float *to, size_t stride, const float *planes, size_t height, size_t width, const float *x, const float *y,
    size_t count, float scale, int radius, ct_vector vector);

enum { CT_CORRELATION_MAX_RADIUS = 8 };

/// How places in an image are read.
typedef struct {
  size_t channels, height, width;
  /// Pixel = (place + 1) * scale + shift, for columns and rows.
  float column_scale, column_shift, row_scale, row_shift;
  /// Whether places outside read the nearest edge; otherwise zeros lie there.
  int repeats_edge;
} ct_sampling;

/// Reads the planes `[channels, height, width]` at `count` places (x, y), linearly between pixels; channel `c` of place
/// `p` goes to `to[c * stride + p]`. A place that is not a number reads zero, or the first pixel with `repeats_edge`.
void ct_sample(
    float *to, size_t stride, const float *planes, const ct_sampling *sampling, const float *places, size_t count,
    ct_vector vector);

#endif
