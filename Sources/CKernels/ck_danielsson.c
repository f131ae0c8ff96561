// Danielsson's sequential Euclidean distance transforms 4SED and 8SED (Computer Graphics and Image Processing
// 14, 1980): pairs of non-negative offsets are pulled from neighbours in two sweeps. Sequential by nature,
// hence scalar.
#include "CKernels.h"

static const int32_t ck_unreached = INT32_MAX;

// The offsets of one transform in progress; index = row * width + column.
typedef struct {
  int32_t *restrict dx;
  int32_t *restrict dy;
  int32_t *restrict squared;
} ck_offsets;

// Replaces the offset at `to` by that at `from` plus the step when it is strictly shorter.
static inline void ck_pull(ck_offsets o, size_t to, size_t from, int32_t step_x, int32_t step_y) {
  if (o.squared[from] == ck_unreached) return;
  const int32_t x = o.dx[from] + step_x;
  const int32_t y = o.dy[from] + step_y;
  const int32_t length = x * x + y * y;
  if (length < o.squared[to]) {
    o.dx[to] = x;
    o.dy[to] = y;
    o.squared[to] = length;
  }
}

// One row of a sweep: from the row at `previous` (when there is one), then to the right, then to the left.
static void ck_sweep_row(ck_offsets o, size_t width, size_t row, const size_t *previous, int eight) {
  if (previous != NULL)
    for (size_t x = 0; x < width; x++) {
      ck_pull(o, row + x, *previous + x, 0, 1);
      if (eight && x > 0) ck_pull(o, row + x, *previous + x - 1, 1, 1);
      if (eight && x + 1 < width) ck_pull(o, row + x, *previous + x + 1, 1, 1);
    }
  for (size_t x = 1; x < width; x++) ck_pull(o, row + x, row + x - 1, 1, 0);
  for (size_t x = width; x-- > 1;) ck_pull(o, row + x - 1, row + x, 1, 0);
}

size_t ck_danielsson_squared(const uint8_t *restrict mask, size_t height, size_t width, int eight,
                             int32_t *restrict squared, int32_t *restrict offsets) {
  const size_t count = height * width;
  const ck_offsets o = {offsets, offsets + count, squared};
  size_t features = 0;
  for (size_t i = 0; i < count; i++) {
    o.dx[i] = o.dy[i] = 0;
    squared[i] = mask[i] ? 0 : ck_unreached;
    features += mask[i] != 0;
  }
  if (features == 0) {
    for (size_t i = 0; i < count; i++) squared[i] = -1;
    return 0;
  }
  for (size_t y = 0; y < height; y++) {
    const size_t previous = (y - 1) * width;
    ck_sweep_row(o, width, y * width, y > 0 ? &previous : NULL, eight);
  }
  for (size_t y = height; y-- > 0;) {
    const size_t previous = (y + 1) * width;
    ck_sweep_row(o, width, y * width, y + 1 < height ? &previous : NULL, eight);
  }
  return features;
}
