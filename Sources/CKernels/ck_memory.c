#include "CKernels.h"

#include <malloc.h>

void ck_keep_freed_memory(void) {
  const int mebibyte = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, 32 * mebibyte);
  mallopt(M_TRIM_THRESHOLD, 256 * mebibyte);
  mallopt(M_TOP_PAD, 16 * mebibyte);
}
