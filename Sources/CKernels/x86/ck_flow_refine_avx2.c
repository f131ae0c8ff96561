#if defined(__x86_64__)
#include "../internal/ck_flow_refine_body.h"

CK_FLOW_REFINE_VARIANT(avx2, CK_TARGET_AVX2)
#endif
