#ifndef CT_LINE_H
#define CT_LINE_H

#include "CTensorLines.h"

#define CT_DECLARE_LINE(suffix) \
  void ct_line_inputs##suffix( \
      float *to, const float *from, const ct_line *line, size_t sample_step, size_t first, size_t count, \
      size_t panel_rows, size_t panel_step, size_t point_step); \
  void ct_line_outputs##suffix( \
      float *to, const float *from, const float *bias, const ct_line *line, size_t chunk, size_t first, \
      size_t count, size_t tile_step, size_t point_step)

CT_DECLARE_LINE(_generic);
#if defined(__x86_64__)
CT_DECLARE_LINE(_avx2);
CT_DECLARE_LINE(_avx512);
#endif

#endif
