#if defined(__x86_64__)
#include "../internal/ck_pixels_body.h"

CK_PIXELS_VARIANT(avx2, CK_TARGET_AVX2)
#endif
