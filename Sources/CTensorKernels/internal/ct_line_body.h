// Transforms of fast convolutions along one axis, compiled once per vector unit: the including file defines CT_NAME
// (suffix) and CT_TARGET (function attribute). Vectors hold sixteen channels; narrower units take several registers.

#include <string.h>

#include "ct_line.h"
#include "ct_transpose.h"

// The pair of points ±a, whose squares with the other two points' make `sum` and `product` of those two.
CT_ALWAYS void line_pair(sixteen to[2], const sixteen d[8], const float a, const float sum, const float product) {
  sixteen even = d[6] - sum * d[4] + product * d[2];
  sixteen odd = a * d[5] - (a * sum) * d[3] + (a * product) * d[1];
  to[0] = even + odd;
  to[1] = even - odd;
}

CT_TARGET void CT_NAME(ct_line_inputs)(
    float *restrict to, const float *restrict from, const ct_line *line, size_t sample_step, size_t first,
    size_t count, size_t panel_rows, size_t panel_step, size_t point_step) {
  size_t inner = line->inner, length = line->length, side = 9 - line->kernel;
  for (size_t index = 0; index < count; index++) {
    size_t tile = first + index;
    size_t i = tile % inner, k = tile / inner % line->tiles, row = tile / (inner * line->tiles);
    const float *source = from + row / line->outer * sample_step + (row % line->outer * length * inner + i) * 16;
    ptrdiff_t start = (ptrdiff_t)(k * side) - line->before;
    sixteen d[8], points[8];
    for (ptrdiff_t j = 0; j < 8; j++) {
      int reads = start + j >= 0 && start + j < (ptrdiff_t)length;
      d[j] = reads ? *(const loose_sixteen *)(source + (start + j) * (ptrdiff_t)inner * 16) : (sixteen){0};
    }
    points[0] = d[6] - 5.25f * d[4] + 5.25f * d[2] - d[0];
    line_pair(points + 1, d, 0.5f, 5.0f, 4.0f);
    line_pair(points + 3, d, 1.0f, 4.25f, 1.0f);
    line_pair(points + 5, d, 2.0f, 1.25f, 0.25f);
    points[7] = d[7] - 5.25f * d[5] + 5.25f * d[3] - d[1];
    float *target = to + index / panel_rows * panel_step + index % panel_rows * 16;
    for (size_t p = 0; p < 8; p++) *(loose_sixteen *)(target + p * point_step) = points[p];
  }
}

// The outputs of one tile, of which there are `side`, each `step` vectors from the one before.
CT_ALWAYS void line_values(sixteen *to, size_t step, const int side, const float *from, size_t point_step) {
  sixteen m[8];
  for (size_t p = 0; p < 8; p++) m[p] = *(const loose_sixteen *)(from + p * point_step);
  sixteen sums[3], differences[3];
  for (int pair = 0; pair < 3; pair++) {
    sums[pair] = m[2 * pair + 1] + m[2 * pair + 2];
    differences[pair] = m[2 * pair + 1] - m[2 * pair + 2];
  }
  float half = 1.0f, two = 1.0f;
  for (int j = 0; j < side; j++) {
    const sixteen *v = j % 2 == 0 ? sums : differences;
    sixteen value = half * v[0] + v[1] + two * v[2];
    if (j == 0) value += m[0];
    if (j == side - 1) value += m[7];
    to[(size_t)j * step] = value;
    half *= 0.5f;
    two *= 2.0f;
  }
}

CT_ALWAYS void any_line_values(sixteen *to, size_t step, size_t side, const float *from, size_t point_step) {
  if (side == 6) line_values(to, step, 6, from, point_step);
  else if (side == 4) line_values(to, step, 4, from, point_step);
  else line_values(to, step, 2, from, point_step);
}

CT_TARGET void CT_NAME(ct_line_outputs)(
    float *restrict to, const float *restrict from, const float *bias, const ct_line *line, size_t chunk,
    size_t first, size_t count, size_t tile_step, size_t point_step) {
  size_t side = 9 - line->kernel, inner = line->inner, length = line->output_length;
  size_t channel_step = line->channel_step;
  size_t first_output = 16 * chunk;
  size_t valid = line->outputs - first_output < 16 ? line->outputs - first_output : 16;
  float biases[16] = {0};
  if (bias) memcpy(biases, bias + first_output, valid * sizeof *bias);
  sixteen added = *(const loose_sixteen *)biases;
  // Tiles whose results are neighbours are written together: side by side where the axis is the last one, otherwise
  // those of the same place along the axis.
  size_t most = inner == 1 ? 16 / side : 16;
  for (size_t index = 0; index < count;) {
    size_t tile = first + index;
    size_t i = tile % inner, k = tile / inner % line->tiles, row = tile / (inner * line->tiles);
    size_t together = inner == 1 ? line->tiles - k : inner - i;
    if (together > most) together = most;
    if (together > count - index) together = count - index;
    size_t start = k * side;
    float *target = to + (row / line->outer * line->outputs + first_output) * channel_step +
                    (row % line->outer * length + start) * line->output_step + i;
    size_t rest = length - start;
    expect_stores(target, channel_step, valid, line->output_step, inner == 1 || rest < side ? 1 : side);
    sixteen values[6 * 16];
    for (size_t t = 0; t < together; t++) {
      const float *source = from + (index + t) * tile_step + first_output;
      if (inner == 1) any_line_values(values + t * side, 1, side, source, point_step);
      else any_line_values(values + t, 16, side, source, point_step);
    }
    if (inner == 1) {
      store_elements(
          target, channel_step, values, rest < together * side ? rest : together * side, valid, &added);
    } else {
      for (size_t j = 0; j < side && j < rest; j++) {
        store_elements(target + j * line->output_step, channel_step, values + 16 * j, together, valid, &added);
      }
    }
    index += together;
  }
}
