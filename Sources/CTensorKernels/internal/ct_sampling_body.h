// Reading between pixels, compiled once per vector unit: the including file defines CT_NAME (suffix) and CT_TARGET
// (function attribute). Loops of constant length are written so that the compiler vectorises them.

#include <math.h>
#include <string.h>

#include "ct_sampling.h"
#include "ct_transpose.h"

// Rows of a window's neighbourhood, and floats of one: a whole number of vectors and one more element.
enum { MAX_SIDE = 2 * CT_CORRELATION_MAX_RADIUS + 2, ROW = 48 };

// All entries of a window share the fractional part of its centre. `to` gets its rows, `groups` vectors of sixteen
// each, `row_step` vectors apart.
CT_ALWAYS void blend_window(
    sixteen *to, const size_t groups, size_t row_step, const float *plane, ptrdiff_t height, ptrdiff_t width,
    float centerX, float centerY, ptrdiff_t radius) {
  float floorX = floorf(centerX), floorY = floorf(centerY);
  float right = centerX - floorX, down = centerY - floorY;
  float left = 1.0f - right, up = 1.0f - down;
  ptrdiff_t first = (ptrdiff_t)floorX - radius, top = (ptrdiff_t)floorY - radius;
  sixteen above[2] = {{0}, {0}};
  for (ptrdiff_t row = 0; row < 2 * radius + 2; row++) {
    ptrdiff_t y = top + row;
    float pixels[ROW];
    if (y >= 0 && y < height) {
      const float *source = plane + y * width;
      for (ptrdiff_t c = 0; c < (ptrdiff_t)groups * 16 + 16; c++) {
        pixels[c] = first + c >= 0 && first + c < width ? source[first + c] : 0.0f;
      }
    } else {
      memset(pixels, 0, sizeof pixels);
    }
    for (size_t g = 0; g < groups; g++) {
      sixteen here = *(const loose_sixteen *)(pixels + 16 * g) * left +
                     *(const loose_sixteen *)(pixels + 16 * g + 1) * right;
      if (row > 0) to[(size_t)(row - 1) * row_step + g * 16] = above[g] * up + here * down;
      above[g] = here;
    }
  }
}

CT_TARGET void CT_NAME(ct_correlation_windows)(
    float *restrict to, size_t stride, const float *restrict planes, size_t height, size_t width,
    const float *restrict x, const float *restrict y, size_t count, float scale, int radius) {
  size_t window = 2 * (size_t)radius + 1, groups = window < 16 ? 1 : 2;
  // Windows of sixteen queries: [row of the window][sixteen columns][query].
  sixteen windows[(MAX_SIDE - 1) * 32];
  for (size_t start = 0; start < count; start += 16) {
    size_t queries = count - start < 16 ? count - start : 16;
    for (size_t q = 0; q < 16; q++) {
      float centerX = 0.0f, centerY = 0.0f;
      int touches = 0;
      if (q < queries) {
        centerX = x[start + q] * scale;
        centerY = y[start + q] * scale;
        touches = centerX >= -(float)(radius + 1) && centerX < (float)width + (float)radius &&
                  centerY >= -(float)(radius + 1) && centerY < (float)height + (float)radius;
      }
      if (!touches) {
        for (size_t i = 0; i < window * groups; i++) windows[i * 16 + q] = (sixteen){0};
        continue;
      }
      const float *plane = planes + (start + q) * height * width;
      if (groups == 1) {
        blend_window(
            windows + q, 1, 16, plane, (ptrdiff_t)height, (ptrdiff_t)width, centerX, centerY, radius);
      } else {
        blend_window(
            windows + q, 2, 32, plane, (ptrdiff_t)height, (ptrdiff_t)width, centerX, centerY, radius);
      }
    }
    for (size_t j = 0; j < window; j++) {
      for (size_t g = 0; g < groups; g++) {
        sixteen *block = windows + (j * groups + g) * 16;
        transpose16(block);
        for (size_t i = 16 * g; i < window && i < 16 * g + 16; i++) {
          float *target = to + (window * i + j) * stride + start;
          if (queries == 16) *(loose_sixteen *)target = block[i - 16 * g];
          else memcpy(target, &block[i - 16 * g], queries * sizeof *target);
        }
      }
    }
  }
}

enum { PLACES = 128 };

typedef int sixteen_flags __attribute__((vector_size(64)));
// Two neighbouring floats, moved as one.
typedef double loose_pair __attribute__((aligned(4), may_alias));
typedef double eight_pairs __attribute__((vector_size(64)));

// Two neighbouring pixels on one axis, the first at `index` inside the image, and their weights; pixels outside weigh
// nothing. An axis of one pixel has it as the first.
typedef struct {
  sixteen_flags index;
  sixteen first, second;
} neighbours;

// The value where the flag is set, otherwise zero. Macros and pointers, because vectors this wide may not be passed by
// value between functions for narrower units.
#define ONLY(flags, value) ((sixteen)((flags) & (sixteen_flags)(value)))

CT_ALWAYS void find_neighbours(
    neighbours *found, const sixteen *places, float scale, float shift, size_t size, int repeats_edge) {
  float last = (float)size - 1.0f;
  sixteen place = (*places + 1.0f) * scale + shift;
  if (repeats_edge) {
    place = ONLY(place > 0.0f, place);
    sixteen_flags beyond = place > last;
    place = ONLY(~beyond, place) + ONLY(beyond, (sixteen){0} + last);
  }
  sixteen_flags touches = (place > -1.0f) & (place < (float)size);
  place = ONLY(touches, place);
  // Conversion cuts towards zero: one less between -1 and 0.
  sixteen_flags index = __builtin_convertvector(place, sixteen_flags) + (place < 0.0f);
  sixteen right = place - __builtin_convertvector(index, sixteen);
  sixteen left = ONLY(touches, (sixteen){0} + 1.0f) - right;
  // Before the first pixel only the right one counts, at the last only the left one: the pair moves inside.
  sixteen_flags before = index < 0, behind = ~before & (index > (int)size - 2);
  found->index = index - before + behind;
  found->first = ONLY(before, right) + ONLY(~before & ~behind, left);
  found->second = ONLY(behind, left) + ONLY(~before & ~behind, right);
  if (size == 1) {
    found->index = (sixteen_flags){0};
    found->first += found->second;
    found->second = (sixteen){0};
  }
}

// Neighbours of sixteen places: the first pixel of all, and weights.
typedef struct {
  sixteen_flags pixel;
  sixteen left, right, above, below;
} corners;

CT_ALWAYS void find_corners(corners *found, const float *places, const ct_sampling *s) {
  sixteen low = *(const loose_sixteen *)places, high = *(const loose_sixteen *)(places + 16);
  sixteen x = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  sixteen y = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  neighbours across, down;
  find_neighbours(&across, &x, s->column_scale, s->column_shift, s->width, s->repeats_edge);
  find_neighbours(&down, &y, s->row_scale, s->row_shift, s->height, s->repeats_edge);
  *found = (corners){down.index * (int)s->width + across.index, across.first, across.second, down.first, down.second};
}

// Pixels of one row each, at sixteen places of a plane, blended. Two loaded as one are faster than gathering, and a
// column has no second one.
CT_ALWAYS void blend_pairs(sixteen *to, const float *plane, const corners *at, const int is_column) {
  if (is_column) {
    sixteen pixels = {0};
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) pixels[i] = plane[at->pixel[i]];
    *to = pixels * at->left;
    return;
  }
  eight_pairs low, high;
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) low[i] = *(const loose_pair *)(plane + at->pixel[i]);
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) high[i] = *(const loose_pair *)(plane + at->pixel[i + 8]);
  sixteen left = __builtin_shufflevector(
      (sixteen)low, (sixteen)high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  sixteen right = __builtin_shufflevector(
      (sixteen)low, (sixteen)high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  *to = left * at->left + right * at->right;
}

CT_ALWAYS void sample_plane(
    float *to, const float *plane, size_t row_step, const corners *places, size_t count, const int is_column) {
  for (size_t start = 0; start < count; start += 16) {
    const corners *at = &places[start / 16];
    sixteen above, below;
    blend_pairs(&above, plane, at, is_column);
    blend_pairs(&below, plane + row_step, at, is_column);
    above = above * at->above + below * at->below;
    if (count - start >= 16) *(loose_sixteen *)(to + start) = above;
    else memcpy(to + start, &above, (count - start) * sizeof *to);
  }
}

CT_TARGET void CT_NAME(ct_sample)(
    float *restrict to, size_t stride, const float *restrict planes, const ct_sampling *s,
    const float *restrict places, size_t count) {
  // A single row is read twice; the second time it weighs nothing.
  size_t row_step = s->height > 1 ? s->width : 0;
  for (size_t start = 0; start < count; start += PLACES) {
    size_t valid = count - start < PLACES ? count - start : PLACES;
    corners found[PLACES / 16];
    for (size_t first = 0; first < valid; first += 16) {
      const float *some = places + 2 * (start + first);
      float rest[32] = {0};
      if (valid - first < 16) some = memcpy(rest, some, 2 * (valid - first) * sizeof *rest);
      find_corners(&found[first / 16], some, s);
    }
    for (size_t c = 0; c < s->channels; c++) {
      const float *plane = planes + c * s->height * s->width;
      float *row = to + c * stride + start;
      if (s->width == 1) sample_plane(row, plane, row_step, found, valid, 1);
      else sample_plane(row, plane, row_step, found, valid, 0);
    }
  }
}
