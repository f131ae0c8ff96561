// The median of every 5x5 neighbourhood, for a block of neighbouring pixels at once.
#include "CKernels.h"

enum { REACH = 2, SIDE = 5, SAMPLES = 25, KEPT = 14, BLOCK = 16 };

static size_t stride_of(size_t width) { return (width + BLOCK - 1) / BLOCK * BLOCK + 2 * REACH; }

size_t ck_flow_median_scratch_count(size_t height, size_t width) {
  return (height + 2 * REACH) * stride_of(width);
}

static void order(float *low, float *high) {
  for (int lane = 0; lane < BLOCK; lane++) {
    float a = low[lane], b = high[lane];
    low[lane] = a < b ? a : b;
    high[lane] = a < b ? b : a;
  }
}

// Of any 14 of the 25 samples neither the smallest nor the largest is the median: both are forgotten, one more sample
// joins, and so on until three are left.
static void block_median(const float *from, size_t stride, float *to, size_t count) {
  float kept[KEPT][BLOCK];
  int next = 0;
  for (int i = 0; i < KEPT; i++, next++) {
    const float *sample = from + (size_t)(next / SIDE) * stride + next % SIDE;
    for (int lane = 0; lane < BLOCK; lane++) kept[i][lane] = sample[lane];
  }
  for (int n = KEPT; n >= 3; n--) {
    for (int i = 0; i < n / 2; i++) order(kept[i], kept[n - 1 - i]);
    for (int i = 1; i < (n + 1) / 2; i++) order(kept[0], kept[i]);
    for (int i = n / 2; i < n - 1; i++) order(kept[i], kept[n - 1]);
    if (next == SAMPLES) break;
    const float *sample = from + (size_t)(next / SIDE) * stride + next % SIDE;
    for (int lane = 0; lane < BLOCK; lane++) kept[0][lane] = sample[lane];
    next++;
  }
  for (size_t lane = 0; lane < count; lane++) to[lane] = kept[1][lane];
}

void ck_flow_median(float *values, size_t height, size_t width, float *scratch) {
  size_t stride = stride_of(width);
  for (size_t row = 0; row < height + 2 * REACH; row++) {
    size_t y = row < REACH ? 0 : row - REACH < height ? row - REACH : height - 1;
    for (size_t column = 0; column < stride; column++) {
      size_t x = column < REACH ? 0 : column - REACH < width ? column - REACH : width - 1;
      scratch[row * stride + column] = values[y * width + x];
    }
  }
  for (size_t y = 0; y < height; y++) {
    for (size_t x = 0; x < width; x += BLOCK) {
      size_t count = width - x < BLOCK ? width - x : BLOCK;
      block_median(scratch + y * stride + x, stride, values + y * width + x, count);
    }
  }
}
