#include "store/filesystem.h"

#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/error.h"

static const char network[] = "a network file system";
static const char cluster[] = "a file system that several machines write";
static const char host[] = "a folder of another machine, shared with this one";
static const char unknown_fuse[] = "a file system of a program (FUSE), which may be a network's";

/* Numbers that linux/magic.h does not name are those of statfs(2) and of the drivers. */
static const struct known {
    unsigned long type;
    const char *name;
    const char *kind; /* NULL: local */
} known[] = {
    {NFS_SUPER_MAGIC, "NFS", network},
    {SMB_SUPER_MAGIC, "SMB", network},
    {0xFF534D42, "CIFS", network},
    {0xFE534D42, "SMB2", network},
    {NCP_SUPER_MAGIC, "NCP", network},
    {AFS_SUPER_MAGIC, "AFS", network},
    {AFS_FS_MAGIC, "AFS", network},
    {CODA_SUPER_MAGIC, "Coda", network},
    {CEPH_SUPER_MAGIC, "Ceph", network},
    {0x0BD00BD0, "Lustre", network},
    {0x19830326, "BeeGFS", network},
    {0xAAD7AAEA, "PanFS", network},
    {0x20030528, "OrangeFS", network},
    {0x47504653, "GPFS", cluster},
    {0x01161970, "GFS2", cluster},
    {OCFS2_SUPER_MAGIC, "OCFS2", cluster},
    {0x61636673, "ACFS", cluster},
    {V9FS_MAGIC, "9p", host},
    {0x786F4256, "vboxsf", host},
    {0xBACBACBC, "vmhgfs", host},
    {0x7C7C6673, "prl_fs", host},
    {FUSE_SUPER_MAGIC, "FUSE", unknown_fuse},
    {EXT4_SUPER_MAGIC, "ext4", NULL}, /* and ext2, ext3 */
    {XFS_SUPER_MAGIC, "XFS", NULL},
    {BTRFS_SUPER_MAGIC, "btrfs", NULL},
    {0x2FC12FC1, "ZFS", NULL},
    {F2FS_SUPER_MAGIC, "F2FS", NULL},
    {0xCA451A4E, "bcachefs", NULL},
    {0x3153464A, "JFS", NULL},
    {REISERFS_SUPER_MAGIC, "ReiserFS", NULL},
    {OVERLAYFS_SUPER_MAGIC, "overlayfs", NULL},
    {ECRYPTFS_SUPER_MAGIC, "eCryptfs", NULL},
    {TMPFS_MAGIC, "tmpfs", NULL},
    {RAMFS_MAGIC, "ramfs", NULL},
    {MSDOS_SUPER_MAGIC, "FAT", NULL},
    {EXFAT_SUPER_MAGIC, "exFAT", NULL},
    {0x7366746E, "NTFS", NULL},
};

/* FUSE over a disk of this machine. */
static bool fuse_is_local(const char *mounted_as)
{
    return strcmp(mounted_as, "fuseblk") == 0 || strcmp(mounted_as, "fuse.fuse-overlayfs") == 0;
}

void file_system_judge(unsigned long type, const char *mounted_as, struct file_system *found)
{
    *found = (struct file_system){.kind = NULL};
    type &= 0xffffffff; /* f_type is signed on some machines */
    snprintf(found->name, sizeof found->name, "0x%lx", type);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].type == type) {
            snprintf(found->name, sizeof found->name, "%s", known[i].name);
            found->kind = known[i].kind;
        }
    if (type != FUSE_SUPER_MAGIC || !mounted_as)
        return;
    snprintf(found->name, sizeof found->name, "%s", mounted_as);
    if (fuse_is_local(mounted_as))
        found->kind = NULL;
    else if (strcmp(mounted_as, "virtiofs") == 0)
        found->kind = host;
}

/* "36 35 98:0 /root /where rw,noatime shared:1 - TYPE source options" */
static bool find_mount(dev_t device, char *type, size_t size)
{
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    if (!mounts)
        return false;
    char line[4096];
    bool found = false;
    while (!found && fgets(line, sizeof line, mounts)) {
        unsigned major_number, minor_number;
        const char *rest = strstr(line, " - ");
        found = rest && sscanf(line, "%*d %*d %u:%u", &major_number, &minor_number) == 2 &&
                makedev(major_number, minor_number) == device;
        if (found)
            snprintf(type, size, "%.*s", (int)strcspn(rest + 3, " \n"), rest + 3);
    }
    fclose(mounts);
    return found;
}

int file_system_of(const char *directory, struct file_system *found, spex_error *error)
{
    struct statfs about;
    struct stat place;
    char type[40];
    if (statfs(directory, &about) < 0 || stat(directory, &place) < 0)
        return error_system(error, "cannot look at %s", directory);
    bool fuse = ((unsigned long)about.f_type & 0xffffffff) == FUSE_SUPER_MAGIC;
    bool mount = fuse && find_mount(place.st_dev, type, sizeof type);
    file_system_judge((unsigned long)about.f_type, mount ? type : NULL, found);
    return SPEX_OK;
}

int file_system_check(const char *directory, const struct file_system *found, spex_error *error)
{
    if (!found->kind)
        return SPEX_OK;
    return error_set(error, SPEX_ERROR_STORE,
                     "%s is on %s (%s), where a store would be damaged: its users must share "
                     "memory and locks; put it on a local disk, and let other machines report "
                     "through `spex record` there",
                     directory, found->kind, found->name);
}
