#if defined(__x86_64__)
#include "../internal/ck_edt_body.h"

CK_EDT_VARIANT(avx2, CK_TARGET_AVX2)
#endif
