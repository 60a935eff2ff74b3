/*
 * Fuzz targets, one a file: FUZZ_TARGET(name) { ... } with `bytes` and `length` at hand, in a
 * block of exactly that size. Nothing may crash, and what MUST hold does. tests/fuzz/run
 * builds each with libFuzzer; test_fuzz runs what is kept in corpus/NAME.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#ifdef FUZZ_ALONE
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
#define FUZZ_TARGET(target)                                                                        \
    static void fuzz_##target(const char *bytes, size_t length);                                   \
    int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)                                \
    {                                                                                              \
        fuzz_##target((const char *)bytes, length);                                                \
        return 0;                                                                                  \
    }                                                                                              \
    static void fuzz_##target(const char *bytes, size_t length)
#else
struct fuzz_target {
    const char *name;
    void (*run)(const char *bytes, size_t length);
    struct fuzz_target *next;
};
void fuzz_register(struct fuzz_target *target);
#define FUZZ_TARGET(target)                                                                        \
    static void fuzz_##target(const char *bytes, size_t length);                                   \
    __attribute__((constructor)) static void register_##target(void)                               \
    {                                                                                              \
        static struct fuzz_target self = {#target, fuzz_##target, NULL};                           \
        fuzz_register(&self);                                                                      \
    }                                                                                              \
    static void fuzz_##target(const char *bytes, size_t length)
#endif

#endif
