#ifndef CTENSORCORRELATION_H
#define CTENSORCORRELATION_H

#include <stddef.h>

/// Windows of one level of a correlation volume, read bilinearly with zeros outside.
///
/// Query `q` of `count` owns the plane `planes + q * height * width` and looks at `(x[q] * scale, y[q] * scale)`.
/// Entry `(2 * radius + 1) * i + j` of its window lies at offset `(i - radius, j - radius)` in (x, y) and is written
/// to `to[entry * stride + q]`. A centre that is not a number, or so far outside that no entry touches the plane,
/// gives zeros. `radius` is at most CT_CORRELATION_MAX_RADIUS.
void ct_correlation_windows(
    float *to, size_t stride, const float *planes, size_t height, size_t width, const float *x, const float *y,
    size_t count, float scale, int radius);

enum { CT_CORRELATION_MAX_RADIUS = 8 };

#endif
