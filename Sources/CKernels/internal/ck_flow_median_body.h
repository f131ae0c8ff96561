// The median of every 5x5 neighbourhood, for a block of neighbouring pixels at once.
#include <string.h>

#include "ck_variants.h"

enum { REACH = 2, SIDE = 5, SAMPLES = 25, KEPT = 14, BLOCK = 16 };

CK_BODY size_t ck_median_stride(size_t width) { return (width + BLOCK - 1) / BLOCK * BLOCK + 2 * REACH; }

typedef float ck_median_block __attribute__((ext_vector_type(BLOCK), aligned(4)));

CK_BODY void ck_median_order(ck_median_block *low, ck_median_block *high) {
  ck_median_block a = *low, b = *high;
  *low = a < b ? a : b;
  *high = a < b ? b : a;
}

// Of any 14 of the 25 samples neither the smallest nor the largest is the median: both are forgotten, one more sample
// joins, and so on until three are left.
CK_BODY void ck_median_of_block(const float *from, size_t stride, float *to, size_t count) {
  ck_median_block kept[KEPT];
  int next = 0;
#pragma clang loop unroll(full)
  for (int i = 0; i < KEPT; i++, next++) {
    kept[i] = *(const ck_median_block *)(from + (size_t)(next / SIDE) * stride + next % SIDE);
  }
#pragma clang loop unroll(full)
  for (int n = KEPT; n >= 3; n--) {
#pragma clang loop unroll(full)
    for (int i = 0; i < n / 2; i++) ck_median_order(&kept[i], &kept[n - 1 - i]);
#pragma clang loop unroll(full)
    for (int i = 1; i < (n + 1) / 2; i++) ck_median_order(&kept[0], &kept[i]);
#pragma clang loop unroll(full)
    for (int i = n / 2; i < n - 1; i++) ck_median_order(&kept[i], &kept[n - 1]);
    if (next == SAMPLES) break;
    kept[0] = *(const ck_median_block *)(from + (size_t)(next / SIDE) * stride + next % SIDE);
    next++;
  }
  memcpy(to, &kept[1], count * sizeof *to);
}

CK_BODY void ck_flow_median_body(float *values, size_t height, size_t width, float *scratch) {
  size_t stride = ck_median_stride(width);
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
      ck_median_of_block(scratch + y * stride + x, stride, values + y * width + x, count);
    }
  }
}

#define CK_FLOW_MEDIAN_VARIANT(suffix, target) \
  target void ck_flow_median_##suffix(float *values, size_t height, size_t width, float *scratch) { \
    ck_flow_median_body(values, height, width, scratch); \
  }
