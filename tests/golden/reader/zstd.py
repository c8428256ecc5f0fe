"""zstd, the one thing taken from a library (libzstd by ctypes)."""

import ctypes
import ctypes.util

from .primitives import need


class Zstd:
    """libzstd, if it is here."""

    def __init__(self):
        name = ctypes.util.find_library("zstd")
        self.libzstd = ctypes.CDLL(name) if name else None
        if self.libzstd:
            for function in ("ZSTD_createDCtx",):
                getattr(self.libzstd, function).restype = ctypes.c_void_p
            for function in ("ZSTD_decompress_usingDict", "ZSTD_decompressDCtx", "ZSTD_DCtx_refPrefix"):
                getattr(self.libzstd, function).restype = ctypes.c_size_t

    def decompress(self, frame, most, dictionary=b"", prefix=None):
        lib, out, context = self.libzstd, ctypes.create_string_buffer(most + 1), ctypes.c_void_p(self.libzstd.ZSTD_createDCtx())
        size_t = ctypes.c_size_t
        if prefix is None:
            size = lib.ZSTD_decompress_usingDict(context, out, size_t(most), frame, size_t(len(frame)), dictionary, size_t(len(dictionary)))
        else:
            lib.ZSTD_DCtx_refPrefix(context, prefix, size_t(len(prefix)))
            size = lib.ZSTD_decompressDCtx(context, out, size_t(most), frame, size_t(len(frame)))
        bad = lib.ZSTD_isError(size_t(size))
        lib.ZSTD_freeDCtx(context)
        need(not bad, "zstd refuses it")
        return out.raw[:size]


ZSTD = Zstd()
