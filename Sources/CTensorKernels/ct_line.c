#include "internal/ct_dispatch.h"

#define CT_NAME(name) name##_generic
#define CT_TARGET
#include "internal/ct_line_body.h"

void ct_line_inputs(
    float *to, const float *from, const ct_line *line, size_t sample_step, size_t first, size_t count,
    size_t panel_rows, size_t panel_step, size_t point_step, ct_vector vector) {
  CT_DISPATCH(ct_line_inputs, to, from, line, sample_step, first, count, panel_rows, panel_step, point_step)
}

void ct_line_outputs(
    float *to, const float *from, const float *bias, const ct_line *line, size_t chunk, size_t first, size_t count,
    size_t tile_step, size_t point_step, ct_vector vector) {
  CT_DISPATCH(ct_line_outputs, to, from, bias, line, chunk, first, count, tile_step, point_step)
}

void ct_line_kernels(
    float *to, const float *from, size_t kernel, size_t all_channels, size_t first_output, size_t count, size_t first,
    size_t channels, size_t row_step, size_t point_step) {
  const double points[7] = {0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0};
  // The kernel's polynomial at each point over the derivative of the product of all (x - point) there.
  double factors[7];
  for (size_t p = 0; p < 7; p++) {
    factors[p] = 1.0;
    for (size_t q = 0; q < 7; q++) {
      if (q != p) factors[p] /= points[p] - points[q];
    }
  }
  for (size_t c = 0; c < channels; c++) {
    for (size_t o = 0; o < row_step; o++) {
      const float *values = from + ((first_output + o) * all_channels + first + c) * kernel;
      float *target = to + c * row_step + o;
      for (size_t p = 0; p < 8; p++) {
        double sum = 0.0;
        if (o < count) {
          sum = (double)values[kernel - 1];
          for (size_t k = kernel - 1; p < 7 && k > 0; k--) sum = sum * points[p] + (double)values[k - 1];
          if (p < 7) sum *= factors[p];
        }
        target[p * point_step] = (float)sum;
      }
    }
  }
}
