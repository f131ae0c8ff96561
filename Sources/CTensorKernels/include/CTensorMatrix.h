#ifndef CTENSORMATRIX_H
#define CTENSORMATRIX_H

#include <stddef.h>

#include "CTensorOperations.h"

/// Products of packed float matrices: `[rows, inner] x [inner, columns]`.
///
/// The left factor is packed in panels of `ct_panel_rows` rows: `[panel][inner / 16][row in panel][16]`. The right
/// factor is packed in panels of `ct_panel_columns` columns: `[panel][inner][column in panel]`. `inner` is a multiple
/// of 16; what lies outside the factors is zero. Every element of the result is summed in the order of `inner`, so its
/// bits do not depend on how rows and columns are cut.
enum { CT_CHUNK = 16 };

/// Where the result of a product goes.
typedef struct {
  float *to;
  /// Floats between rows.
  size_t stride;
  /// Offset of every column from the start of its row, or NULL for consecutive columns.
  const ptrdiff_t *places;
  /// Added; addressed like `to`, which it may equal; or NULL.
  const float *initial;
  /// One number per row, or NULL.
  const float *row_bias;
  /// One number per column, or NULL.
  const float *column_bias;
} ct_result;

/// Columns of a packed panel of the right factor.
size_t ct_panel_columns(ct_vector vector);

/// Rows of a packed panel of the left factor: the largest number the registers hold, less where that wastes fewer.
size_t ct_panel_rows(size_t rows, ct_vector vector);

/// The product. `rows_first` keeps a panel of rows in the nearest cache and passes over all columns; otherwise the
/// other way round. `b_step` is the distance between panels of the right factor, `a_step` that of the left.
void ct_multiply(
    const float *a, size_t a_step, const float *b, size_t b_step, size_t rows, size_t panel_rows, size_t columns,
    size_t inner, const ct_result *result, int rows_first, ct_vector vector);

/// Packs one panel of the left factor: element (row, t * inner_count + c) is
/// `from[row * row_step + t * outer_step + c * inner_step]`. Elements from `rows` on and from
/// `outer_count * inner_count` on are zero. Only elements `first..<first + count` of the inner dimension are packed.
void ct_pack_rows(
    float *to, const float *from, size_t rows, size_t panel_rows, size_t row_step, size_t outer_count,
    size_t outer_step, size_t inner_count, size_t inner_step, size_t first, size_t count, ct_vector vector);

/// Packs one panel of the right factor, whose columns are `column_step` apart and whose inner elements `inner_step`,
/// times `factor`.
void ct_pack_columns(
    float *to, const float *from, size_t columns, size_t column_step, size_t inner, size_t padded_inner,
    size_t inner_step, float factor, ct_vector vector);

/// One axis of a sliding window.
typedef struct {
  ptrdiff_t input, output, kernel, stride, before, dilation;
} ct_axis;

/// A window over frames, rows and columns, and the steps in memory between its inputs.
typedef struct {
  ct_axis frames, rows, columns;
  size_t channels;
  size_t sample_step, channel_step, frame_step;
} ct_window;

/// Packs panels of the right factor whose column `p` is the patch under output position `first + p` (positions run
/// over all samples) and whose inner element `tap * channels + channel`, from `first_inner` on, reads zero outside the
/// image.
void ct_pack_patches(
    float *to, const float *from, const ct_window *window, size_t first, size_t columns, size_t first_inner,
    size_t inner, ct_vector vector);

#endif
