#ifndef CT_DIRECT_H
#define CT_DIRECT_H

#include "CTensorDirect.h"

#define CT_DECLARE_DIRECT(suffix) \
  void ct_spread_plane##suffix(float *to, size_t phase_step, const float *from, const ct_window *window); \
  void ct_convolve##suffix( \
      const ct_direct *direct, const ct_window *window, size_t outputs, size_t first, size_t count); \
  void ct_convolve_narrow##suffix( \
      const ct_direct *direct, const ct_window *window, size_t outputs, size_t first, size_t count)

CT_DECLARE_DIRECT(_generic);
#if defined(__x86_64__)
CT_DECLARE_DIRECT(_avx2);
CT_DECLARE_DIRECT(_avx512);
#endif

#endif
