#include "internal/ct_dispatch.h"
#include "internal/ct_pooling.h"

// Elements of a row with its border, as far as windows reach.
size_t ct_pooling_row_count(const ct_pooling *pooling) {
  const ct_axis *columns = &pooling->columns;
  ptrdiff_t reach = (columns->output - 1) * columns->stride + columns->kernel;
  ptrdiff_t row = columns->before + columns->input;
  return (size_t)(reach > row ? reach : row);
}

size_t ct_pooling_scratch_count(const ct_pooling *pooling) {
  return ct_pooling_row_count(pooling) + (size_t)pooling->columns.output;
}

#define CT_NAME(name) name##_generic
#define CT_TARGET
#include "internal/ct_pooling_body.h"

void ct_pool_largest(
    float *to, const float *from, const ct_pooling *pooling, double *scratch, ct_vector vector) {
  CT_DISPATCH(ct_pool_largest, to, from, pooling, scratch)
}

void ct_pool_mean(
    float *to, const float *from, const ct_pooling *pooling, const double *frame_counts, const double *row_counts,
    const double *column_counts, double *scratch, ct_vector vector) {
  CT_DISPATCH(ct_pool_mean, to, from, pooling, frame_counts, row_counts, column_counts, scratch)
}
