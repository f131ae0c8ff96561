// Exact Euclidean distance transform in squared integers.
//
// Vertical pass: distance to the nearest feature of the same column, downwards and then upwards. Row pass:
// D(x) = min_u (x - u)^2 + G(u), G the squared vertical distance. Where all distances in reach are short, the
// minimum is taken directly over offsets that grow until no farther column can win; a row that is not settled
// after a fixed number of offsets goes to the lower envelope of its parabolas (Felzenszwalb and Huttenlocher;
// Meijster et al.). Both are linear in the width.
#include "ck_variants.h"

typedef int32_t ck_i32x16 __attribute__((vector_size(64)));
// The same at any address of an int32_t.
typedef int32_t ck_i32x16_unaligned __attribute__((vector_size(64), aligned(4)));
#define CK_I32X16(address) (*(ck_i32x16_unaligned *)(address))
#define CK_I32X16_CONST(address) (*(const ck_i32x16_unaligned *)(address))

// Above every legal squared distance, and small enough that no sum here overflows.
#define CK_EDT_FAR 0x40000000
#define CK_EDT_LANES 16
#define CK_EDT_MAX_OFFSETS 48
// Rows that go straight to the envelope after one that had to: neighbouring rows are alike.
#define CK_EDT_FAR_ROWS 7

// Settles the blocks of a row that need few offsets; returns 1 when all blocks were settled. `g` is readable
// for CK_EDT_MAX_OFFSETS values before and after the row. The last block overlaps the one before it.
CK_BODY int ck_edt_near_row(const int32_t *restrict g, size_t width, int32_t *restrict out) {
  if (width < CK_EDT_LANES) return 0;
  size_t x = 0;
  for (;;) {
    ck_i32x16 best = CK_I32X16_CONST(g + x);
    int32_t offset = 1;
    while (offset * offset < __builtin_reduce_max(best)) {
      if (offset > CK_EDT_MAX_OFFSETS - 4) return 0;
      for (int step = 0; step < 4; step++, offset++) {
        const int32_t square = offset * offset;
        const ck_i32x16 left = CK_I32X16_CONST(g + x - offset) + square;
        const ck_i32x16 right = CK_I32X16_CONST(g + x + offset) + square;
        best = __builtin_elementwise_min(best, __builtin_elementwise_min(left, right));
      }
    }
    CK_I32X16(out + x) = best;
    if (x + CK_EDT_LANES == width) return 1;
    x = x + 2 * CK_EDT_LANES <= width ? x + CK_EDT_LANES : width - CK_EDT_LANES;
  }
}

// First x at which the parabola of `v` is not above that of `u`, u < v; it is known to be positive. The
// quotient is farther from the next integer than double precision can confuse: below 2^32 over a divisor
// below 2^17.
CK_BODY int32_t ck_edt_crossing(const int32_t *restrict g, int32_t u, int32_t v) {
  const int64_t numerator = ((int64_t)v * v - (int64_t)u * u) + g[v] - g[u];
  const int32_t denominator = 2 * (v - u);
  const double crossing = (double)(numerator + denominator - 1) / (double)denominator;
  return crossing > CK_EDT_MAX_SIDE ? CK_EDT_MAX_SIDE : (int32_t)crossing;
}

// Height of the parabola of `u` at `x`; fits 32 bits for sides up to CK_EDT_MAX_SIDE.
CK_BODY int32_t ck_edt_height(const int32_t *restrict g, int32_t u, int32_t x) {
  return (x - u) * (x - u) + g[u];
}

// The whole row by the lower envelope; `vertex` and `start` hold width values each.
CK_BODY void ck_edt_envelope_row(const int32_t *restrict g, size_t width, int32_t *restrict vertex,
                                 int32_t *restrict start, int32_t *restrict out) {
  ptrdiff_t top = -1;
  for (int32_t v = 0; v < (int32_t)width; v++) {
    if (g[v] >= CK_EDT_FAR) continue;
    while (top >= 0 && ck_edt_height(g, v, start[top]) <= ck_edt_height(g, vertex[top], start[top])) top--;
    const int32_t from = top < 0 ? 0 : ck_edt_crossing(g, vertex[top], v);
    if (from >= (int32_t)width) continue;
    top++;
    vertex[top] = v;
    start[top] = from;
  }
  for (ptrdiff_t k = 0; k <= top; k++) {
    const int32_t end = k < top ? start[k + 1] : (int32_t)width;
    const int32_t height = g[vertex[k]];
    for (int32_t x = start[k]; x < end; x++) {
      const int32_t d = x - vertex[k];
      out[x] = d * d + height;
    }
  }
}

CK_BODY size_t ck_edt_body(const uint8_t *restrict mask, size_t height, size_t width,
                           int32_t *restrict squared, int32_t *restrict scratch) {
  const size_t padded = width + 2 * CK_EDT_MAX_OFFSETS;
  int32_t *restrict vertical = scratch;
  int32_t *restrict row = scratch + width;
  int32_t *restrict vertex = row + padded;
  int32_t *restrict start = vertex + width;
  const int32_t far = CK_EDT_MAX_SIDE + 1;  // a vertical distance that does not exist

  size_t rows_with_features = 0;
  for (size_t x = 0; x < width; x++) vertical[x] = far;
  for (size_t y = 0; y < height; y++) {
    const uint8_t *restrict m = mask + y * width;
    int32_t *restrict d = squared + y * width;
    int32_t any = 0;
    for (size_t x = 0; x < width; x++) {
      const int32_t next = vertical[x] < far ? vertical[x] + 1 : far;
      const int32_t value = m[x] ? 0 : next;
      any |= m[x];
      vertical[x] = value;
      d[x] = value;
    }
    rows_with_features += any != 0;
  }
  if (rows_with_features == 0) {
    for (size_t i = 0; i < height * width; i++) squared[i] = -1;
    return 0;
  }
  for (size_t x = 0; x < padded; x++) row[x] = CK_EDT_FAR;
  int32_t *restrict g = row + CK_EDT_MAX_OFFSETS;
  for (size_t x = 0; x < width; x++) vertical[x] = far;
  size_t far_rows = 0;
  for (size_t y = height; y-- > 0;) {
    int32_t *restrict d = squared + y * width;
    for (size_t x = 0; x < width; x++) {
      const int32_t below = vertical[x] < far ? vertical[x] + 1 : far;
      const int32_t value = d[x] < below ? d[x] : below;
      vertical[x] = value;
      g[x] = value < far ? value * value : CK_EDT_FAR;
    }
    if (far_rows > 0) {
      far_rows--;
    } else if (ck_edt_near_row(g, width, d)) {
      continue;
    } else {
      far_rows = CK_EDT_FAR_ROWS;
    }
    ck_edt_envelope_row(g, width, vertex, start, d);
  }
  return rows_with_features;
}

#define CK_EDT_VARIANT(suffix, target)                                                     \
  target size_t ck_edt_##suffix(const uint8_t *restrict mask, size_t height, size_t width, \
                                int32_t *restrict squared, int32_t *restrict scratch) {    \
    return ck_edt_body(mask, height, width, squared, scratch);                             \
  }
