// Transforms of fast convolutions in rows and columns, compiled once per vector unit: the including file defines CT_NAME (suffix)
// and CT_TARGET (function attribute). Vectors hold sixteen channels; narrower units take several registers for one.

#include <string.h>

#include "ct_transpose.h"
#include "ct_winograd.h"

// Points ±A and ±B with A² = 1/2 and B² = 2.
#define POINT_A 0.70710678118654752440
#define POINT_B 1.41421356237309504880

CT_TARGET void CT_NAME(ct_interleave_chunk)(
    float *restrict to, const float *restrict from, size_t channels, size_t channel_step, size_t area, size_t chunk) {
  size_t first = 16 * chunk;
  size_t valid = channels - first < 16 ? channels - first : 16;
  const float *source = from + first * channel_step;
  size_t p = 0;
  if (valid == 16) {
    for (; p + 16 <= area; p += 16) {
      sixteen v[16];
      for (int c = 0; c < 16; c++) v[c] = *(const loose_sixteen *)(source + (size_t)c * channel_step + p);
      transpose16(v);
      for (size_t i = 0; i < 16; i++) *(loose_sixteen *)(to + (p + i) * 16) = v[i];
    }
  }
  for (; p < area; p++) {
    for (size_t c = 0; c < 16; c++) to[p * 16 + c] = c < valid ? source[c * channel_step + p] : 0.0f;
  }
}

// Six values at the points of one axis.
CT_ALWAYS void input_points(sixteen to[6], const sixteen d[6]) {
  const float a = (float)POINT_A, b = (float)POINT_B;
  to[0] = d[0] - 2.5f * d[2] + d[4];
  sixteen even = d[4] - 2.0f * d[2];
  sixteen odd = a * d[3] - (a * 2.0f) * d[1];
  to[1] = even + odd;
  to[2] = even - odd;
  even = d[4] - 0.5f * d[2];
  odd = b * d[3] - (b * 0.5f) * d[1];
  to[3] = even + odd;
  to[4] = even - odd;
  to[5] = d[5] - 2.5f * d[3] + d[1];
}

// The outputs of one axis.
CT_ALWAYS void output_values(sixteen to[5], const sixteen m[6], const size_t side) {
  const float a = (float)POINT_A, b = (float)POINT_B;
  sixteen sum_a = m[1] + m[2], difference_a = m[1] - m[2];
  sixteen sum_b = m[3] + m[4], difference_b = m[3] - m[4];
  to[0] = m[0] + sum_a + sum_b;
  to[1] = a * difference_a + b * difference_b;
  to[2] = 0.5f * sum_a + 2.0f * sum_b;
  to[3] = (a * 0.5f) * difference_a + (b * 2.0f) * difference_b;
  to[4] = 0.25f * sum_a + 4.0f * sum_b;
  to[side - 1] += m[5];
}

CT_TARGET void CT_NAME(ct_tile_inputs)(
    float *restrict to, const float *restrict from, const ct_tiled_image *image, size_t tap, size_t sample_step,
    size_t first, size_t count, size_t panel_rows, size_t panel_step, size_t point_step) {
  size_t tiles = image->tile_rows * image->tile_columns;
  for (size_t index = 0; index < count; index++) {
    size_t tile = first + index;
    size_t row = tile % tiles / image->tile_columns, column = tile % image->tile_columns;
    size_t picture = tile / tiles, frames = (size_t)image->frames.output;
    ptrdiff_t t = (ptrdiff_t)(picture % frames) * image->frames.stride - image->frames.before +
                  (ptrdiff_t)tap * image->frames.dilation;
    float *target = to + index / panel_rows * panel_step + index % panel_rows * 16;
    if (t < 0 || t >= image->frames.input) {
      for (size_t p = 0; p < CT_TILE_POINTS; p++) *(loose_sixteen *)(target + p * point_step) = (sixteen){0};
      continue;
    }
    const float *source =
        from + picture / frames * sample_step + (size_t)t * image->height * image->width * 16;
    ptrdiff_t y = (ptrdiff_t)(row * image->side) - image->rows_before;
    ptrdiff_t x = (ptrdiff_t)(column * image->side) - image->columns_before;
    sixteen half[6][6];
    for (int j = 0; j < 6; j++) {
      sixteen d[6], points[6];
      int is_inside = x + j >= 0 && x + j < (ptrdiff_t)image->width;
      for (int i = 0; i < 6; i++) {
        int reads = is_inside && y + i >= 0 && y + i < (ptrdiff_t)image->height;
        d[i] = reads ? *(const loose_sixteen *)(source + ((y + i) * (ptrdiff_t)image->width + x + j) * 16)
                     : (sixteen){0};
      }
      input_points(points, d);
      for (int i = 0; i < 6; i++) half[i][j] = points[i];
    }
    for (size_t i = 0; i < 6; i++) {
      sixteen points[6];
      input_points(points, half[i]);
      for (size_t j = 0; j < 6; j++) *(loose_sixteen *)(target + (i * 6 + j) * point_step) = points[j];
    }
  }
}

// Results of one tile, one vector each: columns side by side, rows `row_step` vectors apart.
CT_ALWAYS void tile_pixels(
    sixteen *pixels, size_t row_step, const float *source, size_t point_step, const size_t side) {
  sixteen half[5][6];
  for (size_t j = 0; j < 6; j++) {
    sixteen m[6], values[5];
    for (size_t i = 0; i < 6; i++) m[i] = *(const loose_sixteen *)(source + (i * 6 + j) * point_step);
    output_values(values, m, side);
    for (size_t i = 0; i < side; i++) half[i][j] = values[i];
  }
  for (size_t i = 0; i < side; i++) {
    sixteen values[5];
    output_values(values, half[i], side);
    for (size_t j = 0; j < side; j++) pixels[i * row_step + j] = values[j];
  }
}

// Tiles beside one another are written together, about sixteen columns at a time.
CT_ALWAYS void store_tiles(
    float *restrict to, const float *restrict from, const float *biases, const ct_tiled_image *image,
    const size_t side, size_t outputs, size_t chunk, size_t first, size_t count, size_t tile_step,
    size_t point_step) {
  size_t tiles = image->tile_rows * image->tile_columns;
  size_t first_output = 16 * chunk;
  size_t valid = outputs - first_output < 16 ? outputs - first_output : 16;
  size_t area = image->output_height * image->output_width, frames = (size_t)image->frames.output;
  size_t channel_step = frames * area;
  sixteen added = *(const loose_sixteen *)biases;
  for (size_t index = 0; index < count;) {
    size_t tile = first + index, column = tile % image->tile_columns;
    size_t together = image->tile_columns - column < 16 / side ? image->tile_columns - column : 16 / side;
    if (together > count - index) together = count - index;
    size_t y = tile % tiles / image->tile_columns * side, x = column * side;
    size_t rows = image->output_height - y < side ? image->output_height - y : side;
    size_t columns = image->output_width - x < together * side ? image->output_width - x : together * side;
    size_t picture = tile / tiles;
    float *target = to + (picture / frames * outputs + first_output) * channel_step + picture % frames * area +
                    y * image->output_width + x;
    expect_stores(target, channel_step, valid, image->output_width, rows);
    sixteen pixels[5 * 16];
    for (size_t t = 0; t < together; t++) {
      tile_pixels(pixels + t * side, 16, from + (index + t) * tile_step + first_output, point_step, side);
    }
    for (size_t i = 0; i < rows; i++) {
      store_elements(target + i * image->output_width, channel_step, pixels + 16 * i, columns, valid, &added);
    }
    index += together;
  }
}

CT_TARGET void CT_NAME(ct_tile_outputs)(
    float *restrict to, const float *restrict from, const float *bias, const ct_tiled_image *image, size_t outputs,
    size_t chunk, size_t first, size_t count, size_t tile_step, size_t point_step) {
  float biases[16] = {0};
  size_t valid = outputs - 16 * chunk < 16 ? outputs - 16 * chunk : 16;
  if (bias) memcpy(biases, bias + 16 * chunk, valid * sizeof *bias);
  if (image->side == 4) {
    store_tiles(to, from, biases, image, 4, outputs, chunk, first, count, tile_step, point_step);
  } else if (image->side == 3) {
    store_tiles(to, from, biases, image, 3, outputs, chunk, first, count, tile_step, point_step);
  } else {
    store_tiles(to, from, biases, image, 5, outputs, chunk, first, count, tile_step, point_step);
  }
}

typedef double eight __attribute__((vector_size(64)));

// Values of the kernel's polynomial of `size` terms, `step` vectors apart, at the six points of an axis: over the
// derivative of the product of all (x - point) there; the last point is infinity.
CT_ALWAYS void kernel_points(eight to[6], const eight *g, size_t step, const int size) {
  const double a_factor = 1.0 / (2 * 0.5 * (0.5 - 2.0)), b_factor = 1.0 / (2 * 2.0 * (2.0 - 0.5));
  const eight zero = {0};
  const eight second = g[step], third = size > 2 ? g[2 * step] : zero, fourth = size > 3 ? g[3 * step] : zero;
  to[0] = g[0];
  eight even = (g[0] + 0.5 * third) * a_factor;
  eight odd = (second + 0.5 * fourth) * (POINT_A * a_factor);
  to[1] = even + odd;
  to[2] = even - odd;
  even = (g[0] + 2.0 * third) * b_factor;
  odd = (second + 2.0 * fourth) * (POINT_B * b_factor);
  to[3] = even + odd;
  to[4] = even - odd;
  to[5] = g[(size_t)(size - 1) * step];
}

typedef float eight_floats __attribute__((vector_size(32)));

// The 36 points of sixteen outputs' kernels of one channel, given element by element; in double precision, since the
// points magnify what is lost here.
CT_ALWAYS void kernel_tile(float points[36 * 16], const sixteen elements[16], const int size) {
  for (size_t side = 0; side < 2; side++) {
    eight kernel[16], half[6 * 4], row[6];
    for (int i = 0; i < size * size; i++) {
      eight_floats values;
      memcpy(&values, (const float *)&elements[i] + 8 * side, sizeof values);
      kernel[i] = __builtin_convertvector(values, eight);
    }
    // Columns of the kernel first, then rows.
    for (int j = 0; j < size; j++) {
      kernel_points(row, kernel + j, (size_t)size, size);
      for (int i = 0; i < 6; i++) half[i * 4 + j] = row[i];
    }
    for (int i = 0; i < 6; i++) {
      kernel_points(row, half + i * 4, 1, size);
      for (int j = 0; j < 6; j++) {
        eight_floats values = __builtin_convertvector(row[j], eight_floats);
        memcpy(points + (i * 6 + j) * 16 + 8 * side, &values, sizeof values);
      }
    }
  }
}

CT_ALWAYS void tile_kernels(
    float *restrict to, const float *restrict from, const int size, size_t output_step, size_t channel_step,
    size_t count, size_t channels, size_t row_step, size_t point_step) {
  const size_t area = (size_t)(size * size);
  for (size_t first = 0; first < row_step; first += 16) {
    size_t width = row_step - first < 16 ? row_step - first : 16;
    for (size_t c = 0; c < channels; c++) {
      // Sixteen floats of a kernel are read at once where the array goes on so far; of the last channel only the
      // kernel itself is sure to be there.
      int whole = (channels - c - 1) * channel_step + area >= 16;
      sixteen elements[16];
      for (size_t o = 0; o < 16; o++) {
        elements[o] = (sixteen){0};
        if (first + o >= count) continue;
        const float *values = from + (first + o) * output_step + c * channel_step;
        if (whole) {
          elements[o] = *(const loose_sixteen *)values;
        } else {
          memcpy(&elements[o], values, area * sizeof *values);
        }
      }
      transpose16(elements);
      float points[36 * 16] __attribute__((aligned(64)));
      kernel_tile(points, elements, size);
      float *target = to + c * row_step + first;
      for (size_t p = 0; p < 36; p++) {
        if (width == 16) {
          *(loose_sixteen *)(target + p * point_step) = *(const sixteen *)(points + p * 16);
        } else {
          memcpy(target + p * point_step, points + p * 16, width * sizeof *target);
        }
      }
    }
  }
}

CT_TARGET void CT_NAME(ct_tile_kernels)(
    float *restrict to, const float *restrict from, size_t side, size_t output_step, size_t channel_step,
    size_t count, size_t channels, size_t row_step, size_t point_step) {
  if (side == 4) {
    tile_kernels(to, from, 3, output_step, channel_step, count, channels, row_step, point_step);
  } else if (side == 3) {
    tile_kernels(to, from, 4, output_step, channel_step, count, channels, row_step, point_step);
  } else {
    tile_kernels(to, from, 2, output_step, channel_step, count, channels, row_step, point_step);
  }
}
