#include "CTensorCorrelation.h"

#include <math.h>

enum { MAX_WINDOW = 2 * CT_CORRELATION_MAX_RADIUS + 2 };

// All entries of a window share the fractional part of its centre: the whole-pixel neighbourhood is gathered once.
static void gather(
    float patch[MAX_WINDOW][MAX_WINDOW], const float *plane, ptrdiff_t height, ptrdiff_t width, ptrdiff_t left,
    ptrdiff_t top, ptrdiff_t side) {
  for (ptrdiff_t row = 0; row < side; row++) {
    ptrdiff_t y = top + row;
    int inside = y >= 0 && y < height;
    for (ptrdiff_t column = 0; column < side; column++) {
      ptrdiff_t x = left + column;
      patch[row][column] = inside && x >= 0 && x < width ? plane[y * width + x] : 0.0f;
    }
  }
}

void ct_correlation_windows(
    float *to, size_t stride, const float *planes, size_t height, size_t width, const float *x, const float *y,
    size_t count, float scale, int radius) {
  float patch[MAX_WINDOW][MAX_WINDOW];
  ptrdiff_t window = 2 * radius + 1;
  for (size_t query = 0; query < count; query++) {
    float centerX = x[query] * scale, centerY = y[query] * scale;
    float floorX = floorf(centerX), floorY = floorf(centerY);
    float *out = to + query;
    int touches = floorX > -(float)(radius + 2) && floorX < (float)width + (float)radius &&
                  floorY > -(float)(radius + 2) && floorY < (float)height + (float)radius;
    if (!touches) {
      for (ptrdiff_t entry = 0; entry < window * window; entry++) out[(size_t)entry * stride] = 0.0f;
      continue;
    }
    gather(
        patch, planes + query * height * width, (ptrdiff_t)height, (ptrdiff_t)width, (ptrdiff_t)floorX - radius,
        (ptrdiff_t)floorY - radius, window + 1);
    float right = centerX - floorX, down = centerY - floorY;
    float left = 1.0f - right, up = 1.0f - down;
    for (ptrdiff_t i = 0; i < window; i++) {
      for (ptrdiff_t j = 0; j < window; j++) {
        float above = patch[j][i] * left + patch[j][i + 1] * right;
        float below = patch[j + 1][i] * left + patch[j + 1][i + 1] * right;
        out[(size_t)(window * i + j) * stride] = above * up + below * down;
      }
    }
  }
}
