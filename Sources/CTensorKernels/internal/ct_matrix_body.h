// Packed matrix products, compiled once per vector unit: the including file defines CT_NAME (suffix), CT_TARGET
// (function attribute), CT_LANES (floats of a vector register) and CT_ROWS (rows the registers hold).

#include <string.h>

#include "ct_matrix.h"

#define CT_COLUMNS (2 * CT_LANES)
#define CT_INLINE CT_TARGET static inline __attribute__((always_inline))
#define CT_UNROLL _Pragma("GCC unroll 16")

typedef float lanes __attribute__((vector_size(4 * CT_LANES)));
typedef float loose_lanes __attribute__((vector_size(4 * CT_LANES), aligned(4)));

// Copies a block of sums to places that are not whole vectors side by side.
CT_TARGET static void store_block(
    const float *sums, size_t first_row, size_t rows, size_t first_column, size_t columns, const ct_result *result) {
  for (size_t i = 0; i < rows; i++) {
    size_t start = (first_row + i) * result->stride;
    float row_bias = result->row_bias ? result->row_bias[first_row + i] : 0.0f;
    for (size_t j = 0; j < columns; j++) {
      size_t column = first_column + j;
      ptrdiff_t place = (ptrdiff_t)start + (result->places ? result->places[column] : (ptrdiff_t)column);
      float value = sums[i * CT_COLUMNS + j] + row_bias;
      if (result->column_bias) value += result->column_bias[column];
      if (result->initial) value += result->initial[place];
      result->to[place] = value;
    }
  }
}

// `rows` and `vectors` are constants in every call, so that the sums live in registers.
CT_INLINE void block(
    const int rows, const int vectors, const float *restrict a, const float *restrict b, size_t inner,
    size_t first_row, size_t valid_rows, size_t first_column, size_t valid_columns, const ct_result *result) {
  lanes sums[CT_ROWS][2];
  CT_UNROLL for (int i = 0; i < rows; i++) {
    CT_UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = (lanes){0};
  }
  for (size_t chunk = 0; chunk < inner; chunk += CT_CHUNK) {
    for (int k = 0; k < CT_CHUNK; k++) {
      // Weights come from far away: ask for the chunk after the next, a line at a time.
      if (k < rows) __builtin_prefetch(a + (2 * rows + k) * CT_CHUNK);
      lanes right[2];
      CT_UNROLL for (int j = 0; j < vectors; j++) right[j] = *(const lanes *)(b + j * CT_LANES);
      CT_UNROLL for (int i = 0; i < rows; i++) {
        lanes left = a[i * CT_CHUNK + k] - (lanes){0};
        CT_UNROLL for (int j = 0; j < vectors; j++) sums[i][j] += left * right[j];
      }
      b += CT_COLUMNS;
    }
    a += rows * CT_CHUNK;
  }
  ptrdiff_t place = (ptrdiff_t)first_column;
  int is_whole = valid_columns == (size_t)(vectors * CT_LANES);
  if (result->places) {
    place = result->places[first_column];
    is_whole = is_whole && result->places[first_column + valid_columns - 1] - place == (ptrdiff_t)valid_columns - 1;
  }
  if (!is_whole) {
    float scattered[CT_ROWS * CT_COLUMNS];
    CT_UNROLL for (int i = 0; i < rows; i++) {
      CT_UNROLL for (int j = 0; j < vectors; j++) {
        *(loose_lanes *)(scattered + i * CT_COLUMNS + j * CT_LANES) = sums[i][j];
      }
    }
    store_block(scattered, first_row, valid_rows, first_column, valid_columns, result);
    return;
  }
  CT_UNROLL for (int i = 0; i < rows; i++) {
    if ((size_t)i >= valid_rows) break;
    ptrdiff_t start = (ptrdiff_t)((first_row + (size_t)i) * result->stride) + place;
    CT_UNROLL for (int j = 0; j < vectors; j++) {
      lanes value = sums[i][j];
      if (result->row_bias) value += result->row_bias[first_row + (size_t)i];
      if (result->column_bias) value += *(const loose_lanes *)(result->column_bias + first_column + j * CT_LANES);
      if (result->initial) value += *(const loose_lanes *)(result->initial + start + j * CT_LANES);
      *(loose_lanes *)(result->to + start + j * CT_LANES) = value;
    }
  }
}

#define CT_BLOCK_OF(count) \
  CT_TARGET static __attribute__((noinline)) void block_##count( \
      const float *a, const float *b, size_t inner, size_t first_row, size_t rows, size_t first_column, \
      size_t columns, const ct_result *result) { \
    if (columns > CT_LANES) block(count, 2, a, b, inner, first_row, rows, first_column, columns, result); \
    else block(count, 1, a, b, inner, first_row, rows, first_column, columns, result); \
  }

typedef void (*block_function)(
    const float *, const float *, size_t, size_t, size_t, size_t, size_t, const ct_result *);

CT_BLOCK_OF(1)
CT_BLOCK_OF(2)
CT_BLOCK_OF(3)
CT_BLOCK_OF(4)
#if CT_ROWS > 4
CT_BLOCK_OF(5)
CT_BLOCK_OF(6)
#endif
#if CT_ROWS > 6
CT_BLOCK_OF(7)
CT_BLOCK_OF(8)
CT_BLOCK_OF(9)
CT_BLOCK_OF(10)
CT_BLOCK_OF(11)
CT_BLOCK_OF(12)
CT_BLOCK_OF(13)
CT_BLOCK_OF(14)
#endif

static const block_function blocks[CT_ROWS + 1] = {
    0, block_1, block_2, block_3, block_4,
#if CT_ROWS > 4
    block_5, block_6,
#endif
#if CT_ROWS > 6
    block_7, block_8, block_9, block_10, block_11, block_12, block_13, block_14,
#endif
};

size_t CT_NAME(ct_panel_columns)(void) { return CT_COLUMNS; }

size_t CT_NAME(ct_panel_rows)(size_t rows) {
  size_t panels = (rows + CT_ROWS - 1) / CT_ROWS;
  return panels == 0 ? 1 : (rows + panels - 1) / panels;
}

CT_TARGET void CT_NAME(ct_multiply)(
    const float *a, size_t a_step, const float *b, size_t b_step, size_t rows, size_t panel_rows, size_t columns,
    size_t inner, const ct_result *result, int rows_first) {
  block_function run = blocks[panel_rows];
  size_t row_panels = (rows + panel_rows - 1) / panel_rows;
  size_t column_panels = (columns + CT_COLUMNS - 1) / CT_COLUMNS;
  for (size_t index = 0; index < row_panels * column_panels; index++) {
    size_t i = rows_first ? index / column_panels : index % row_panels;
    size_t j = rows_first ? index % column_panels : index / row_panels;
    size_t row = i * panel_rows, column = j * CT_COLUMNS;
    size_t valid_rows = rows - row < panel_rows ? rows - row : panel_rows;
    size_t valid_columns = columns - column < CT_COLUMNS ? columns - column : CT_COLUMNS;
    run(a + i * a_step, b + j * b_step, inner, row, valid_rows, column, valid_columns, result);
  }
}

CT_TARGET void CT_NAME(ct_pack_rows)(
    float *restrict to, const float *restrict from, size_t rows, size_t panel_rows, size_t row_step,
    size_t outer_count, size_t outer_step, size_t inner_count, size_t inner_step, size_t first, size_t count) {
  size_t total = outer_count * inner_count;
  for (size_t chunk = 0; chunk < count; chunk += CT_CHUNK) {
    size_t start = first + chunk;
    for (size_t row = 0; row < panel_rows; row++) {
      float *target = to + (chunk * panel_rows + row * CT_CHUNK);
      const float *source = from + row * row_step;
      size_t outer = start / inner_count, inner = start % inner_count;
      if (row >= rows || start >= total) {
        memset(target, 0, CT_CHUNK * sizeof *target);
      } else if (inner_step == 1 && inner + CT_CHUNK <= inner_count) {
        memcpy(target, source + outer * outer_step + inner, CT_CHUNK * sizeof *target);
      } else {
        for (size_t k = 0; k < CT_CHUNK; k++) {
          target[k] = start + k < total ? source[outer * outer_step + inner * inner_step] : 0.0f;
          if (++inner == inner_count) {
            inner = 0;
            outer++;
          }
        }
      }
    }
  }
}

CT_TARGET void CT_NAME(ct_pack_columns)(
    float *restrict to, const float *restrict from, size_t columns, size_t column_step, size_t inner,
    size_t padded_inner, size_t inner_step, float factor) {
  memset(to + inner * CT_COLUMNS, 0, (padded_inner - inner) * CT_COLUMNS * sizeof *to);
  if (columns < CT_COLUMNS) memset(to, 0, inner * CT_COLUMNS * sizeof *to);
  if (column_step == 1) {
    for (size_t k = 0; k < inner; k++) {
      for (size_t j = 0; j < columns; j++) to[k * CT_COLUMNS + j] = factor * from[k * inner_step + j];
    }
    return;
  }
  // Sixteen steps at a time: every cache line of the source is read once.
  for (size_t start = 0; start < inner; start += 16) {
    size_t end = start + 16 < inner ? start + 16 : inner;
    for (size_t j = 0; j < columns; j++) {
      const float *column = from + j * column_step;
      for (size_t k = start; k < end; k++) to[k * CT_COLUMNS + j] = factor * column[k * inner_step];
    }
  }
}

// The window of each lane of one vector of patches: its first input on every axis, and where that lies in memory.
typedef struct {
  int x[CT_LANES], y[CT_LANES], t[CT_LANES], origins[CT_LANES];
  // Whether a lane's origin is one stride behind that of the lane before.
  unsigned joined;
  int count;
} window_lanes;

// What the lanes read for one element of the kernel: places, those inside the image, and runs whose lane `l` reads
// `offset + l * stride`.
typedef struct {
  ptrdiff_t stride;
  int offsets[CT_LANES];
  int is_inside[CT_LANES];
  int count;
  struct {
    ptrdiff_t offset;
    unsigned mask;
  } runs[CT_LANES];
} patch_lanes;

CT_TARGET static void find_windows(
    window_lanes *found, const ct_window *w, size_t first, size_t columns, size_t first_sample) {
  ptrdiff_t width = w->columns.output, height = w->rows.output, area = width * height * w->frames.output;
  ptrdiff_t p = (ptrdiff_t)first;
  ptrdiff_t sample = p / area, x = p % width, y = p / width % height, t = p % area / (width * height);
  found->joined = 0;
  found->count = (int)columns;
  for (int lane = 0; lane < CT_LANES; lane++) {
    ptrdiff_t ix = x * w->columns.stride - w->columns.before;
    ptrdiff_t iy = y * w->rows.stride - w->rows.before;
    ptrdiff_t it = t * w->frames.stride - w->frames.before;
    found->x[lane] = (int)ix;
    found->y[lane] = (int)iy;
    found->t[lane] = (int)it;
    found->origins[lane] = (int)((sample - (ptrdiff_t)first_sample) * (ptrdiff_t)w->sample_step +
                                 it * (ptrdiff_t)w->frame_step + iy * w->columns.input + ix);
    if (lane > 0 && found->origins[lane] == found->origins[lane - 1] + (int)w->columns.stride) {
      found->joined |= 1u << lane;
    }
    if (++x == width) {
      x = 0;
      if (++y == height) {
        y = 0;
        if (++t == w->frames.output) {
          t = 0;
          sample++;
        }
      }
    }
  }
}

CT_TARGET static void find_lanes(patch_lanes *found, const window_lanes *from, const ct_window *w, size_t tap) {
  int dx = (int)((ptrdiff_t)tap % w->columns.kernel * w->columns.dilation);
  int dy = (int)((ptrdiff_t)tap / w->columns.kernel % w->rows.kernel * w->rows.dilation);
  int dt = (int)((ptrdiff_t)tap / (w->columns.kernel * w->rows.kernel) * w->frames.dilation);
  int step = (int)(dt * (ptrdiff_t)w->frame_step + dy * w->columns.input + dx);
  unsigned width = (unsigned)w->columns.input, height = (unsigned)w->rows.input;
  unsigned frames = (unsigned)w->frames.input;
  unsigned rest = 0;
  for (int lane = 0; lane < CT_LANES; lane++) {
    int inside = ((unsigned)(from->x[lane] + dx) < width) & ((unsigned)(from->y[lane] + dy) < height) &
                 ((unsigned)(from->t[lane] + dt) < frames) & (lane < from->count);
    found->is_inside[lane] = -inside;
    found->offsets[lane] = inside ? from->origins[lane] + step : 0;
    rest |= (unsigned)inside << lane;
  }
  found->count = 0;
  found->stride = w->columns.stride;
  while (rest) {
    int lane = __builtin_ctz(rest);
    unsigned following = (rest & from->joined) >> lane >> 1;
    unsigned mask = ((2u << __builtin_ctz(~following)) - 1u) << lane;
    found->runs[found->count].offset = (ptrdiff_t)from->origins[lane] + step - lane * found->stride;
    found->runs[found->count++].mask = mask;
    rest &= ~mask;
  }
}

// One vector per channel, `CT_COLUMNS` floats apart.
CT_TARGET static void copy_lanes(
    float *restrict to, const float *restrict from, size_t channel_step, size_t channels, const patch_lanes *l) {
  if (l->count == 0) {
    for (size_t c = 0; c < channels; c++) *(loose_lanes *)(to + c * CT_COLUMNS) = (lanes){0};
  } else if (l->stride == 1 && l->count == 1 && l->runs[0].mask == (unsigned)((1ull << CT_LANES) - 1)) {
    const float *source = from + l->runs[0].offset;
    for (size_t c = 0; c < channels; c++) {
      *(loose_lanes *)(to + c * CT_COLUMNS) = *(const loose_lanes *)(source + c * channel_step);
    }
  } else {
    CT_COPY_SCATTERED(to, from, channel_step, channels, l)
  }
}

CT_TARGET void CT_NAME(ct_pack_patches)(
    float *restrict to, const float *restrict from, const ct_window *w, size_t first, size_t columns,
    size_t first_inner, size_t inner) {
  size_t area = (size_t)(w->columns.output * w->rows.output * w->frames.output);
  size_t taps = (size_t)(w->columns.kernel * w->rows.kernel * w->frames.kernel);
  size_t total = taps * w->channels;
  for (size_t vector = 0; vector * CT_LANES < columns; vector++) {
    size_t start = vector * CT_LANES;
    size_t valid = columns - start < CT_LANES ? columns - start : CT_LANES;
    float *target = to + (vector / 2 * inner * CT_COLUMNS + vector % 2 * CT_LANES);
    size_t sample = (first + start) / area;
    window_lanes windows;
    find_windows(&windows, w, first + start, valid, sample);
    size_t k = first_inner, end = first_inner + inner;
    while (k < end && k < total) {
      size_t tap = k / w->channels, channel = k % w->channels;
      size_t count = w->channels - channel < end - k ? w->channels - channel : end - k;
      patch_lanes found;
      find_lanes(&found, &windows, w, tap);
      copy_lanes(
          target + (k - first_inner) * CT_COLUMNS, from + sample * w->sample_step + channel * w->channel_step,
          w->channel_step, count, &found);
      k += count;
    }
    for (; k < end; k++) *(loose_lanes *)(target + (k - first_inner) * CT_COLUMNS) = (lanes){0};
  }
}
