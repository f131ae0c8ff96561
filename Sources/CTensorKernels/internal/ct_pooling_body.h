// Pooling, compiled once per vector unit: the including file defines CT_NAME (suffix) and CT_TARGET (function
// attribute). The rows of a window are joined first, column by column, then the columns: loops over many outputs, which
// the compiler vectorises.

#include <math.h>
#include <string.h>

#include "ct_pooling.h"

#define CT_ALWAYS CT_TARGET static inline __attribute__((always_inline))

CT_ALWAYS float larger(float best, float value) {
  return ((value > best) | (value != value)) ? value : best;
}

// The first element of a window that lies inside, and the one after the last.
typedef struct {
  ptrdiff_t first, end;
} inside;

static inside inside_of(const ct_axis *axis, ptrdiff_t output) {
  ptrdiff_t start = output * axis->stride - axis->before, end = start + axis->kernel;
  return (inside){start > 0 ? start : 0, end < axis->input ? end : axis->input};
}

// `stride` is a constant in the calls that count.
CT_ALWAYS void largest_columns(
    float *restrict to, const float *restrict row, ptrdiff_t count, ptrdiff_t kernel, ptrdiff_t stride) {
  for (ptrdiff_t x = 0; x < count; x++) to[x] = row[x * stride];
  for (ptrdiff_t k = 1; k < kernel; k++) {
    for (ptrdiff_t x = 0; x < count; x++) to[x] = larger(to[x], row[x * stride + k]);
  }
}

CT_ALWAYS void sum_columns(
    double *restrict to, const double *restrict row, ptrdiff_t count, ptrdiff_t kernel, ptrdiff_t stride) {
  for (ptrdiff_t x = 0; x < count; x++) to[x] = row[x * stride];
  for (ptrdiff_t k = 1; k < kernel; k++) {
    for (ptrdiff_t x = 0; x < count; x++) to[x] += row[x * stride + k];
  }
}

CT_TARGET void CT_NAME(ct_pool_largest)(
    float *restrict to, const float *restrict from, const ct_pooling *p, double *restrict scratch) {
  // A row with its border, which no element loses against.
  float *row = (float *)scratch;
  const ct_axis *columns = &p->columns;
  for (size_t i = 0; i < ct_pooling_row_count(p); i++) row[i] = -INFINITY;
  for (ptrdiff_t t = 0; t < p->frames.output; t++) {
    for (ptrdiff_t y = 0; y < p->rows.output; y++, to += columns->output) {
      inside frames = inside_of(&p->frames, t), rows = inside_of(&p->rows, y);
      int is_first = 1;
      for (ptrdiff_t frame = frames.first; frame < frames.end; frame++) {
        for (ptrdiff_t line = rows.first; line < rows.end; line++) {
          const float *source = from + (frame * p->rows.input + line) * columns->input;
          float *target = row + columns->before;
          if (is_first) memcpy(target, source, (size_t)columns->input * sizeof *target);
          else for (ptrdiff_t x = 0; x < columns->input; x++) target[x] = larger(target[x], source[x]);
          is_first = 0;
        }
      }
      if (columns->stride == 1) largest_columns(to, row, columns->output, columns->kernel, 1);
      else if (columns->stride == 2) largest_columns(to, row, columns->output, columns->kernel, 2);
      else largest_columns(to, row, columns->output, columns->kernel, columns->stride);
    }
  }
}

CT_TARGET void CT_NAME(ct_pool_mean)(
    float *restrict to, const float *restrict from, const ct_pooling *p, const double *frame_counts,
    const double *row_counts, const double *column_counts, double *restrict scratch) {
  const ct_axis *columns = &p->columns;
  double *row = scratch, *sums = scratch + ct_pooling_row_count(p);
  memset(row, 0, ct_pooling_row_count(p) * sizeof *row);
  for (ptrdiff_t t = 0; t < p->frames.output; t++) {
    for (ptrdiff_t y = 0; y < p->rows.output; y++, to += columns->output) {
      inside frames = inside_of(&p->frames, t), rows = inside_of(&p->rows, y);
      double *target = row + columns->before;
      memset(target, 0, (size_t)columns->input * sizeof *target);
      for (ptrdiff_t frame = frames.first; frame < frames.end; frame++) {
        for (ptrdiff_t line = rows.first; line < rows.end; line++) {
          const float *source = from + (frame * p->rows.input + line) * columns->input;
          for (ptrdiff_t x = 0; x < columns->input; x++) target[x] += (double)source[x];
        }
      }
      if (columns->stride == 1) sum_columns(sums, row, columns->output, columns->kernel, 1);
      else sum_columns(sums, row, columns->output, columns->kernel, columns->stride);
      double count = frame_counts[t] * row_counts[y];
      for (ptrdiff_t x = 0; x < columns->output; x++) to[x] = (float)(sums[x] / (count * column_counts[x]));
    }
  }
}
