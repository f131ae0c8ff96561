#if defined(__x86_64__)
#include "../internal/ck_ssim_body.h"

CK_SSIM_VARIANT(avx2, CK_TARGET_AVX2)
#endif
