#ifndef CHDF5EXTRACT_H
#define CHDF5EXTRACT_H

#include <stddef.h>
#include <stdint.h>

/// What an extraction may use at most.
typedef struct {
  /// Bytes of all numbers together.
  uint64_t data_bytes;
  /// Address space of the child process beyond the data, in bytes.
  uint64_t memory_bytes;
  /// Processor seconds of the child process.
  uint64_t cpu_seconds;
} ce_limits;

/// Reads every numeric dataset of an HDF5 file in a child process and returns a descriptor of an anonymous
/// file with the result, or -1.
///
/// libhdf5 follows pointers in the file and has a history of crashes on damaged ones; the child is what
/// crashes, runs out of memory or loops then, and this function reports it. The anonymous file holds, all
/// little endian, the numbers at offsets that are multiples of 64, then the directory: per dataset `u64
/// offset, u64 bytes, u32 kind, u32 rank, u64 sizes[rank], u32 name_bytes, name`; its last 24 bytes are
/// `u64 directory_offset, u64 dataset_count, u64 magic`. On failure `reason` holds one line of text.
int ce_extract(const char *path, ce_limits limits, char *reason, size_t reason_bytes);

/// Closes the magic number at the end of a complete extraction.
#define CE_MAGIC 0x3153354648454331ULL

/// Element kinds in the directory.
enum {
  CE_FLOAT64 = 1,
  CE_FLOAT32 = 2,
  CE_FLOAT16 = 3,
  CE_INT64 = 4,
  CE_INT32 = 5,
  CE_INT16 = 6,
  CE_INT8 = 7,
  CE_UINT8 = 8
};

#endif
