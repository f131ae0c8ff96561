#include "internal/ct_copy_lanes.h"
#include "internal/ct_dispatch.h"

#define CT_NAME(name) name##_generic
#define CT_TARGET
#define CT_LANES 4
#define CT_ROWS 4
#include "internal/ct_matrix_body.h"

size_t ct_panel_columns(ct_vector vector) { CT_DISPATCH(ct_panel_columns) }

size_t ct_panel_rows(size_t rows, ct_vector vector) { CT_DISPATCH(ct_panel_rows, rows) }

void ct_multiply(
    const float *a, size_t a_step, const float *b, size_t b_step, size_t rows, size_t panel_rows, size_t columns,
    size_t inner, const ct_result *result, int rows_first, ct_vector vector) {
  CT_DISPATCH(ct_multiply, a, a_step, b, b_step, rows, panel_rows, columns, inner, result, rows_first)
}

void ct_pack_rows(
    float *to, const float *from, size_t rows, size_t panel_rows, size_t row_step, size_t outer_count,
    size_t outer_step, size_t inner_count, size_t inner_step, size_t first, size_t count, ct_vector vector) {
  CT_DISPATCH(
      ct_pack_rows, to, from, rows, panel_rows, row_step, outer_count, outer_step, inner_count, inner_step,
      first, count)
}

void ct_pack_columns(
    float *to, const float *from, size_t columns, size_t column_step, size_t inner, size_t padded_inner,
    size_t inner_step, float factor, ct_vector vector) {
  CT_DISPATCH(ct_pack_columns, to, from, columns, column_step, inner, padded_inner, inner_step, factor)
}

void ct_pack_patches(
    float *to, const float *from, const ct_window *window, size_t first, size_t columns, size_t first_inner,
    size_t inner, ct_vector vector) {
  CT_DISPATCH(ct_pack_patches, to, from, window, first, columns, first_inner, inner)
}
