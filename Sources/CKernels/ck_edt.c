#include "internal/ck_edt_body.h"

CK_EDT_VARIANT(generic, CK_TARGET_GENERIC)

size_t ck_edt_scratch_count(size_t width) {
  return 4 * width + 2 * CK_EDT_MAX_OFFSETS;
}

size_t ck_edt_squared_isa(const uint8_t *restrict mask, size_t height, size_t width,
                          int32_t *restrict squared, int32_t *restrict scratch, int isa) {
  return CK_DISPATCH(isa, ck_edt, mask, height, width, squared, scratch);
}

size_t ck_edt_squared(const uint8_t *restrict mask, size_t height, size_t width, int32_t *restrict squared,
                      int32_t *restrict scratch) {
  return ck_edt_squared_isa(mask, height, width, squared, scratch, ck_isa());
}
