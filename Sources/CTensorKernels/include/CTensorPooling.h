#ifndef CTENSORPOOLING_H
#define CTENSORPOOLING_H

#include <stddef.h>

#include "CTensorMatrix.h"

/// Windows over one clip `[frames.input, rows.input, columns.input]`; every window has an element inside.
typedef struct {
  ct_axis frames, rows, columns;
} ct_pooling;

/// Elements of 8 bytes that the kernels below need as scratch.
size_t ct_pooling_scratch_count(const ct_pooling *pooling);

/// The largest element of each window, `[frames.output, rows.output, columns.output]`; NaN wins always.
void ct_pool_largest(
    float *to, const float *from, const ct_pooling *pooling, double *scratch, ct_vector vector);

/// The sum of each window in double precision, divided by the product of its three counts, one per output of each axis.
void ct_pool_mean(
    float *to, const float *from, const ct_pooling *pooling, const double *frame_counts, const double *row_counts,
    const double *column_counts, double *scratch, ct_vector vector);

#endif
