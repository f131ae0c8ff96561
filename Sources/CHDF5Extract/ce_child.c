#define _GNU_SOURCE
#include "ce_child.h"

#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CHDF5Extract.h"

/// Deflate cannot expand more than this; a dataset that claims more has no data behind it.
enum { MAX_EXPANSION = 1032, FREE_BYTES = 1 << 16, MAX_RANK = 16, MAX_DATASETS = 1 << 20 };

typedef struct {
  int output;
  uint64_t written;
  uint64_t data_limit;
  char *directory;
  size_t directory_bytes, directory_capacity;
  uint64_t datasets;
  char *reason;
  size_t reason_bytes;
} extraction;

static int write_all(extraction *e, const void *bytes, size_t count) {
  const char *from = bytes;
  while (count > 0) {
    ssize_t done = write(e->output, from, count);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      snprintf(e->reason, e->reason_bytes, "cannot keep its numbers: %s", strerror(errno));
      return -1;
    }
    from += done;
    count -= (size_t)done;
    e->written += (uint64_t)done;
  }
  return 0;
}

static int note(extraction *e, const void *bytes, size_t count) {
  if (e->directory_bytes + count > e->directory_capacity) {
    size_t capacity = (e->directory_bytes + count) * 2;
    char *grown = realloc(e->directory, capacity);
    if (!grown) {
      snprintf(e->reason, e->reason_bytes, "out of memory");
      return -1;
    }
    e->directory = grown;
    e->directory_capacity = capacity;
  }
  memcpy(e->directory + e->directory_bytes, bytes, count);
  e->directory_bytes += count;
  return 0;
}

/// The kind in which a file type is kept, and the in-memory type to read it as; 0 for what is not a number.
static uint32_t kind_of(hid_t type, hid_t *memory, size_t *size) {
  H5T_class_t class = H5Tget_class(type);
  *size = H5Tget_size(type);
  if (class == H5T_FLOAT) {
    switch (*size) {
      case 8: *memory = H5T_IEEE_F64LE; return CE_FLOAT64;
      case 4: *memory = H5T_IEEE_F32LE; return CE_FLOAT32;
      case 2: *memory = type; return H5Tget_order(type) == H5T_ORDER_LE ? CE_FLOAT16 : 0;
      default: return 0;
    }
  }
  if (class != H5T_INTEGER) return 0;
  int is_signed = H5Tget_sign(type) == H5T_SGN_2;
  switch (*size) {
    case 8: *memory = H5T_STD_I64LE; return is_signed ? CE_INT64 : 0;
    case 4: *memory = H5T_STD_I32LE; return is_signed ? CE_INT32 : 0;
    case 2: *memory = H5T_STD_I16LE; return is_signed ? CE_INT16 : 0;
    case 1: *memory = is_signed ? H5T_STD_I8LE : H5T_STD_U8LE; return is_signed ? CE_INT8 : CE_UINT8;
    default: return 0;
  }
}

static int copy_numbers(extraction *e, hid_t dataset, const char *name, uint64_t bytes, hid_t memory) {
  static const char zeros[64];
  size_t padding = (size_t)(-e->written & 63);
  if (write_all(e, zeros, padding) != 0) return -1;
  void *numbers = malloc(bytes ? bytes : 1);
  if (!numbers) {
    snprintf(e->reason, e->reason_bytes, "dataset '%.200s' needs %llu bytes, more than there is memory", name,
             (unsigned long long)bytes);
    return -1;
  }
  int failed = bytes > 0 && H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) < 0;
  if (failed) {
    snprintf(e->reason, e->reason_bytes, "dataset '%.200s' cannot be read: damaged, or compressed with a "
             "filter that libhdf5 does not have here", name);
  } else {
    failed = write_all(e, numbers, bytes) != 0;
  }
  free(numbers);
  return failed ? -1 : 0;
}

/// Refuses datasets whose numbers lie in other files, which a hostile file could choose freely.
static int check_layout(extraction *e, hid_t dataset, const char *name) {
  hid_t creation = H5Dget_create_plist(dataset);
  int external = creation < 0 || H5Pget_external_count(creation) != 0;
  if (!external) external = H5Pget_layout(creation) == H5D_VIRTUAL;
  if (creation >= 0) H5Pclose(creation);
  if (external) {
    snprintf(e->reason, e->reason_bytes, "dataset '%.200s' keeps its numbers in another file, which is not "
             "followed", name);
  }
  return external ? -1 : 0;
}

static int extract_open(extraction *e, hid_t dataset, hid_t type, hid_t space, const char *name) {
  hid_t memory = -1;
  size_t size = 0;
  uint32_t kind = kind_of(type, &memory, &size);
  int rank = H5Sget_simple_extent_ndims(space);
  H5S_class_t class = H5Sget_simple_extent_type(space);
  if (kind == 0 || class == H5S_NULL) return 0;  // text, compounds and empty datasets are not weights
  if (check_layout(e, dataset, name) != 0) return -1;
  if (rank < 0 || rank > MAX_RANK) {
    snprintf(e->reason, e->reason_bytes, "dataset '%.200s' has %d dimensions, at most %d are read", name,
             rank, MAX_RANK);
    return -1;
  }
  hsize_t sizes[MAX_RANK];
  if (H5Sget_simple_extent_dims(space, sizes, NULL) < 0) {
    snprintf(e->reason, e->reason_bytes, "dataset '%.200s' has no readable shape", name);
    return -1;
  }
  uint64_t bytes = size;
  for (int i = 0; i < rank; i++) {
    if (__builtin_mul_overflow(bytes, (uint64_t)sizes[i], &bytes)) bytes = UINT64_MAX;
  }
  uint64_t stored = H5Dget_storage_size(dataset);
  if (bytes > FREE_BYTES && bytes / MAX_EXPANSION > stored) {
    snprintf(e->reason, e->reason_bytes, "dataset '%.200s' claims %llu bytes, but only %llu are stored", name,
             (unsigned long long)bytes, (unsigned long long)stored);
    return -1;
  }
  if (bytes > e->data_limit || e->written > e->data_limit - bytes) {
    snprintf(e->reason, e->reason_bytes, "its numbers take more than %llu bytes, the limit",
             (unsigned long long)e->data_limit);
    return -1;
  }
  if (copy_numbers(e, dataset, name, bytes, memory) != 0) return -1;
  uint64_t place[2] = {e->written - bytes, bytes};
  uint32_t head[2] = {kind, (uint32_t)rank};
  uint32_t name_bytes = (uint32_t)strlen(name);
  if (note(e, place, sizeof place) != 0 || note(e, head, sizeof head) != 0) return -1;
  for (int i = 0; i < rank; i++) {
    uint64_t one = sizes[i];
    if (note(e, &one, sizeof one) != 0) return -1;
  }
  if (note(e, &name_bytes, sizeof name_bytes) != 0 || note(e, name, name_bytes) != 0) return -1;
  if (++e->datasets > MAX_DATASETS) {
    snprintf(e->reason, e->reason_bytes, "it has more than %d datasets", MAX_DATASETS);
    return -1;
  }
  return 0;
}

static herr_t visit(hid_t file, const char *name, const H5O_info_t *info, void *context) {
  extraction *e = context;
  if (info->type != H5O_TYPE_DATASET) return 0;
  hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  hid_t type = dataset < 0 ? -1 : H5Dget_type(dataset);
  hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
  int failed;
  if (type < 0 || space < 0) {
    snprintf(e->reason, e->reason_bytes, "dataset '%.200s' cannot be opened: the file is damaged", name);
    failed = -1;
  } else {
    failed = extract_open(e, dataset, type, space, name);
  }
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  if (dataset >= 0) H5Dclose(dataset);
  return failed ? -1 : 0;
}

int ce_child_extract(const char *path, int output, uint64_t data_limit, char *reason, size_t reason_bytes) {
  extraction e = {.output = output, .data_limit = data_limit, .reason = reason, .reason_bytes = reason_bytes};
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state(0);  // no filter plugins: they are code named by the file
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) {
    snprintf(reason, reason_bytes, "libhdf5 cannot open it: damaged, truncated, or locked by a writer");
    return -1;
  }
  herr_t visited = H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, visit, &e, H5O_INFO_BASIC);
  if (visited < 0) {
    if (reason[0] == 0) {
      snprintf(reason, reason_bytes, "libhdf5 cannot list its contents: the file is damaged");
    }
    return -1;
  }
  uint64_t directory = e.written;
  uint64_t tail[3] = {directory, e.datasets, CE_MAGIC};
  if (write_all(&e, e.directory, e.directory_bytes) != 0) return -1;
  return write_all(&e, tail, sizeof tail);
}
