// Direct convolution, compiled once per vector unit: the including file defines CT_NAME (suffix), CT_TARGET (function
// attribute), CT_LANES (floats of a vector register), CT_ROWS (rows the registers hold), CT_LOAD_SOME and
// CT_STORE_SOME (load and store the lanes of a mask) and CT_EVERY_SECOND (every second lane of two
// vectors, from one on).

#include <string.h>

#include "ct_direct.h"

#define CT_COLUMNS (2 * CT_LANES)
#define CT_INLINE CT_TARGET static inline __attribute__((always_inline))
#define CT_UNROLL _Pragma("GCC unroll 16")

typedef float lanes __attribute__((vector_size(4 * CT_LANES)));
typedef float loose_lanes __attribute__((vector_size(4 * CT_LANES), aligned(4)));

// Lanes of one vector that lie side by side in the result: lane `l` is written to `offset + l`.
typedef struct {
  ptrdiff_t offset;
  unsigned mask;
} output_run;

typedef struct {
  int counts[2];
  // Whether both vectors are one run of all their lanes.
  int is_whole;
  output_run runs[2][CT_LANES];
} output_runs;

CT_TARGET static void find_runs(
    output_runs *found, const ct_window *w, ptrdiff_t pitch, ptrdiff_t first, ptrdiff_t count) {
  ptrdiff_t width = w->columns.output;
  ptrdiff_t first_row = (ptrdiff_t)((uint32_t)first / (uint32_t)pitch), first_column = first - first_row * pitch;
  found->is_whole = count >= CT_COLUMNS && first_column + CT_COLUMNS <= width;
  if (found->is_whole) {
    for (int v = 0; v < 2; v++) {
      found->counts[v] = 1;
      found->runs[v][0] = (output_run){
          first_row * width + first_column + v * CT_LANES, (unsigned)((1ull << CT_LANES) - 1)};
    }
    return;
  }
  for (int v = 0; v < 2; v++) {
    ptrdiff_t position = first + v * CT_LANES;
    ptrdiff_t end = first + count < position + CT_LANES ? first + count : position + CT_LANES;
    found->counts[v] = 0;
    for (ptrdiff_t p = position; p < end;) {
      ptrdiff_t row = (ptrdiff_t)((uint32_t)p / (uint32_t)pitch), column = p - row * pitch;
      ptrdiff_t next = (row + 1) * pitch < end ? (row + 1) * pitch : end;
      ptrdiff_t valid = column < width ? width - column : 0;
      if (valid > next - p) valid = next - p;
      if (valid > 0) {
        output_run *run = &found->runs[v][found->counts[v]++];
        run->offset = row * width + column - (p - position);
        run->mask = (unsigned)((1ull << valid) - 1) << (p - position);
      }
      p = next;
    }
  }
}

// `rows` and `vectors` are constants in every call, so that the sums live in registers.
CT_INLINE void convolve_block(
    const int rows, const int vectors, const float *restrict kernels, const int32_t *restrict offsets, size_t inner,
    const float *restrict image, const float *bias, float *to, size_t step, int keeps, const output_runs *runs) {
  lanes sums[CT_ROWS][2];
  CT_UNROLL for (int i = 0; i < rows; i++) {
    float start = bias ? bias[i] : 0.0f;
    CT_UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = start - (lanes){0};
  }
  for (size_t k = 0; k < inner; k++) {
    const float *source = image + offsets[k];
    // Kernels and input of some steps later.
    __builtin_prefetch(kernels + CT_DIRECT_AHEAD * rows);
    __builtin_prefetch(image + offsets[k + CT_DIRECT_AHEAD]);
    __builtin_prefetch(image + offsets[k + CT_DIRECT_AHEAD] + vectors * CT_LANES - 1);
    lanes right[2];
    CT_UNROLL for (int j = 0; j < vectors; j++) right[j] = *(const loose_lanes *)(source + j * CT_LANES);
    CT_UNROLL for (int i = 0; i < rows; i++) {
      lanes left = kernels[i] - (lanes){0};
      CT_UNROLL for (int j = 0; j < vectors; j++) sums[i][j] += left * right[j];
    }
    kernels += rows;
  }
  if (runs->is_whole) {
    CT_UNROLL for (int i = 0; i < rows; i++) {
      float *row = to + (size_t)i * step;
      CT_UNROLL for (int j = 0; j < vectors; j++) {
        loose_lanes *target = (loose_lanes *)(row + runs->runs[j][0].offset);
        *target = keeps ? *target + sums[i][j] : sums[i][j];
      }
    }
    return;
  }
  CT_UNROLL for (int i = 0; i < rows; i++) {
    float *row = to + (size_t)i * step;
    CT_UNROLL for (int j = 0; j < vectors; j++) {
      for (int run = 0; run < runs->counts[j]; run++) {
        unsigned mask = runs->runs[j][run].mask;
        float *target = row + runs->runs[j][run].offset;
        lanes value = sums[i][j];
        if (keeps) {
          lanes kept = {0};
          CT_LOAD_SOME(kept, target, mask);
          value += kept;
        }
        CT_STORE_SOME(target, mask, value);
      }
    }
  }
}

#define CT_BLOCK_OF(count) \
  CT_TARGET static __attribute__((noinline)) void convolve_block_##count( \
      const float *kernels, const int32_t *offsets, size_t inner, const float *image, const float *bias, \
      float *to, size_t step, int keeps, const output_runs *runs) { \
    if (runs->counts[1] > 0) \
      convolve_block(count, 2, kernels, offsets, inner, image, bias, to, step, keeps, runs); \
    else convolve_block(count, 1, kernels, offsets, inner, image, bias, to, step, keeps, runs); \
  }

typedef void (*convolve_function)(
    const float *, const int32_t *, size_t, const float *, const float *, float *, size_t, int, const output_runs *);

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

static const convolve_function convolve_blocks[CT_ROWS + 1] = {
    0, convolve_block_1, convolve_block_2, convolve_block_3, convolve_block_4,
#if CT_ROWS > 4
    convolve_block_5, convolve_block_6,
#endif
#if CT_ROWS > 6
    convolve_block_7, convolve_block_8, convolve_block_9, convolve_block_10, convolve_block_11, convolve_block_12,
    convolve_block_13, convolve_block_14,
#endif
};

CT_TARGET void CT_NAME(ct_convolve)(
    const ct_direct *direct, const ct_window *window, size_t outputs, size_t first, size_t count) {
  ptrdiff_t pitch = (ptrdiff_t)ct_spread_of(window).pitch;
  size_t rows = direct->panel_rows, panels = (outputs + rows - 1) / rows;
  size_t places = (count + CT_COLUMNS - 1) / CT_COLUMNS;
  // Few kernels stay in the nearest cache: then positions are the outer loop.
  int positions_first = panels * rows * direct->inner <= 4096;
  output_runs runs;
  size_t found = places;
  for (size_t index = 0; index < panels * places; index++) {
    size_t place = positions_first ? index / panels : index % places;
    size_t output = (positions_first ? index % panels : index / places) * rows;
    size_t position = first + place * CT_COLUMNS;
    if (place != found) {
      size_t rest = first + count - position;
      find_runs(
          &runs, window, pitch, (ptrdiff_t)position, (ptrdiff_t)(rest < CT_COLUMNS ? rest : CT_COLUMNS));
      found = place;
    }
    // The last panel has only the rows that are left.
    size_t valid = outputs - output < rows ? outputs - output : rows;
    convolve_blocks[valid](
        direct->kernels + output / rows * direct->step + direct->element * valid, direct->offsets, direct->inner,
        direct->image + position, direct->bias ? direct->bias + output : 0,
        direct->to + output * direct->output_step, direct->output_step, direct->keeps, &runs);
  }
}

// What the positions of one place read for one row of the kernel, `[column][CT_COLUMNS]`: every second element from
// `source` on for each column. Positions below `skipped` keep what they have. Loads end with the last element that is
// asked for where there are two columns or more.
CT_INLINE void take_every_second(
    float *restrict to, const float *restrict source, ptrdiff_t columns, ptrdiff_t skipped) {
  for (ptrdiff_t j = 0; j < columns; j += 2) {
    int is_last = j + 1 == columns;
    const float *start = source + j - is_last;
    CT_UNROLL for (int v = 0; v < 2; v++, start += 2 * CT_LANES) {
      lanes first = *(const loose_lanes *)start, second = *(const loose_lanes *)(start + CT_LANES);
      lanes even = CT_EVERY_SECOND(first, second, 0), odd = CT_EVERY_SECOND(first, second, 1);
      float *target = to + j * CT_COLUMNS + v * CT_LANES;
      if (skipped == 0) {
        if (!is_last) *(loose_lanes *)target = even;
        *(loose_lanes *)(is_last ? target : target + CT_COLUMNS) = odd;
        continue;
      }
      ptrdiff_t kept = skipped - v * CT_LANES;
      if (kept >= CT_LANES) continue;
      unsigned mask = (unsigned)((1ull << CT_LANES) - (kept > 0 ? 1ull << kept : 1ull));
      if (!is_last) {
        CT_STORE_SOME(target, mask, even);
        target += CT_COLUMNS;
      }
      CT_STORE_SOME(target, mask, odd);
    }
  }
}

// What the positions of one place read, `[element][CT_COLUMNS]`.
CT_INLINE void gather_place(
    float *restrict to, const float *restrict image, const ct_window *w, ptrdiff_t position, ptrdiff_t count) {
  ptrdiff_t width = w->columns.output, row = position / width, column = position - row * width;
  // As many positions lie in this row of the result, the others in the next, as much further on.
  ptrdiff_t here = width - column;
  ptrdiff_t next = w->rows.stride * w->columns.input - 2 * width;
  ptrdiff_t columns = w->columns.kernel;
  for (size_t c = 0; c < w->channels; c++) {
    const float *start = image + c * w->channel_step + row * w->rows.stride * w->columns.input + 2 * column;
    for (ptrdiff_t i = 0; i < w->rows.kernel; i++, start += w->columns.input, to += columns * CT_COLUMNS) {
      if (count == CT_COLUMNS) {
        // What the next place reads.
        CT_UNROLL for (int line = 2; line < 4; line++) {
          __builtin_prefetch(start + line * CT_COLUMNS);
          __builtin_prefetch(start + line * CT_COLUMNS + CT_LANES);
        }
        if (columns == 3) take_every_second(to, start, 3, 0);
        else take_every_second(to, start, columns, 0);
        if (here < CT_COLUMNS) take_every_second(to, start + next, columns, here);
        continue;
      }
      for (ptrdiff_t j = 0; j < columns; j++) {
        for (ptrdiff_t p = 0; p < CT_COLUMNS; p++) {
          to[j * CT_COLUMNS + p] = p < count ? start[j + 2 * p + (p < here ? 0 : next)] : 0.0f;
        }
      }
    }
  }
}

CT_TARGET void CT_NAME(ct_convolve_narrow)(
    const ct_direct *direct, const ct_window *window, size_t outputs, size_t first, size_t count) {
  float patches[CT_NARROW_ELEMENTS * CT_COLUMNS] __attribute__((aligned(64)));
  size_t rows = direct->panel_rows;
  for (size_t place = 0; place < count; place += CT_COLUMNS) {
    size_t valid = count - place < CT_COLUMNS ? count - place : CT_COLUMNS;
    gather_place(patches, direct->image, window, (ptrdiff_t)(first + place), (ptrdiff_t)valid);
    output_runs runs = {.is_whole = valid == CT_COLUMNS};
    for (size_t v = 0; v < 2; v++) {
      size_t some = valid > v * CT_LANES ? valid - v * CT_LANES : 0;
      if (some > CT_LANES) some = CT_LANES;
      runs.counts[v] = some > 0;
      runs.runs[v][0] = (output_run){(ptrdiff_t)(first + place + v * CT_LANES), (unsigned)((1ull << some) - 1)};
    }
    for (size_t output = 0; output < outputs; output += rows) {
      size_t held = outputs - output < rows ? outputs - output : rows;
      convolve_blocks[held](
          direct->kernels + output / rows * direct->step, direct->offsets, direct->inner, patches,
          direct->bias ? direct->bias + output : 0, direct->to + output * direct->output_step, direct->output_step,
          direct->keeps, &runs);
    }
  }
}

// Columns `first`, `first + stride`, ... of one row, zero outside.
CT_TARGET static void spread_row(
    float *restrict to, const float *restrict row, ptrdiff_t first, ptrdiff_t stride, ptrdiff_t width,
    ptrdiff_t count) {
  ptrdiff_t q = 0;
  for (; q < count && first + q * stride < 0; q++) to[q] = 0.0f;
  ptrdiff_t last = width > first ? (width - first + stride - 1) / stride : 0;
  if (last > count) last = count;
  const float *source = row + first;
  if (stride == 1) {
    if (last > q) memcpy(to + q, source + q, (size_t)(last - q) * sizeof *to);
    if (last > q) q = last;
  } else if (stride == 2) {
    ptrdiff_t begin = q;
    // No load may pass the last element that is read: the last vector overlaps and takes odd places.
    for (; q + CT_LANES < last; q += CT_LANES) {
      lanes pair[2] = {*(const loose_lanes *)(source + 2 * q), *(const loose_lanes *)(source + 2 * q + CT_LANES)};
      *(loose_lanes *)(to + q) = CT_EVERY_SECOND(pair[0], pair[1], 0);
    }
    if (q < last && last - CT_LANES > begin) {
      q = last;
      const float *rest = source + 2 * (last - CT_LANES) - 1;
      lanes pair[2] = {*(const loose_lanes *)rest, *(const loose_lanes *)(rest + CT_LANES)};
      *(loose_lanes *)(to + last - CT_LANES) = CT_EVERY_SECOND(pair[0], pair[1], 1);
    }
    for (; q < last; q++) to[q] = source[2 * q];
  } else {
    for (; q < last; q++) to[q] = source[q * stride];
  }
  for (; q < count; q++) to[q] = 0.0f;
}

CT_TARGET void CT_NAME(ct_spread_plane)(
    float *restrict to, size_t phase_step, const float *restrict from, const ct_window *w) {
  ct_spread layout = ct_spread_of(w);
  // Rows of the input in their order, each for all its phases.
  for (size_t q = 0; q < layout.height; q++) {
    for (size_t py = 0; py < layout.row_phases; py++) {
      ptrdiff_t y = (ptrdiff_t)q * w->rows.stride + (ptrdiff_t)py - w->rows.before;
      for (size_t px = 0; px < layout.column_phases; px++) {
        float *target = to + (py * layout.column_phases + px) * phase_step + q * layout.pitch;
        if (y < 0 || y >= w->rows.input) {
          memset(target, 0, layout.pitch * sizeof *target);
          continue;
        }
        spread_row(
            target, from + y * w->columns.input, (ptrdiff_t)px - w->columns.before, w->columns.stride,
            w->columns.input, (ptrdiff_t)layout.pitch);
      }
    }
  }
}
