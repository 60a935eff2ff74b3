/*
 * What kind of file system a store lies on. The log of a shard needs memory that all its
 * users share, and locks that all of them see: one machine and its own disk.
 */
#ifndef STORE_FILESYSTEM_H
#define STORE_FILESYSTEM_H

#include "spex.h"

struct file_system {
    char name[40]; /* "ext4", "NFS", "fuse.sshfs", "0x1234abcd" */
    const char
        *kind; /* why no store may be written there ("a network file system"); NULL: it may */
};

/* By the f_type of statfs; `mounted_as`, the type that /proc/self/mountinfo tells, decides
 * about FUSE, behind which anything may be. It may be NULL. */
void file_system_judge(unsigned long type, const char *mounted_as, struct file_system *found);
/* Errors: SYSTEM. */
int file_system_of(const char *directory, struct file_system *found, spex_error *error);
/* STORE where no store may be written, with what to do. */
int file_system_check(const char *directory, const struct file_system *found, spex_error *error);

#endif
