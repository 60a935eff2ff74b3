/*
 * A client of `spex record --listen` for the shell tests.
 *   socket_client PATH                sends standard input, prints the replies
 *   socket_client PATH many N M       N connections at once with M records each, all answered
 *   socket_client PATH slow M         M records; reads its replies only when all are sent
 *   socket_client PATH hang           sends standard input, then waits to be killed
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int open_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int file = socket(AF_UNIX, SOCK_STREAM, 0);
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (file < 0 || connect(file, (struct sockaddr *)&address, sizeof address)) {
        perror(path);
        exit(1);
    }
    return file;
}

static void send_all(int file, const char *bytes, size_t length)
{
    while (length) {
        ssize_t count = write(file, bytes, length);
        if (count < 0) {
            perror("write");
            exit(1);
        }
        bytes += count;
        length -= (size_t)count;
    }
}

static void send_input(int file)
{
    char buffer[65536];
    for (ssize_t count; (count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0;)
        send_all(file, buffer, (size_t)count);
}

/* Lines that say ok up to the end. */
static unsigned long count_replies(int file)
{
    FILE *stream = fdopen(file, "r");
    char *line = NULL;
    size_t size = 0;
    unsigned long good = 0;
    while (getline(&line, &size, stream) > 0)
        good += strncmp(line, "{\"ok\":true", 10) == 0;
    free(line);
    fclose(stream);
    return good;
}

static size_t make_record(char *buffer, size_t size, int client, long number)
{
    return (size_t)snprintf(
        buffer, size, "{\"op\":\"init\",\"spec\":\"Order\",\"id\":\"c%d-%ld\"}\n", client, number);
}

static int many(const char *path, int clients, long records)
{
    int files[1000];
    unsigned long good = 0;
    char line[200];
    for (int i = 0; i < clients; i++) {
        files[i] = open_socket(path);
        send_all(files[i], "{\"op\":\"replies\"}\n", 17);
    }
    for (long j = 0; j < records; j++)
        for (int i = 0; i < clients; i++) {
            size_t length = make_record(line, sizeof line, i, j);
            /* halves of lines, too */
            send_all(files[i], line, length / 2);
            send_all(files[i], line + length / 2, length - length / 2);
        }
    for (int i = 0; i < clients; i++)
        shutdown(files[i], SHUT_WR);
    for (int i = 0; i < clients; i++)
        good += count_replies(files[i]);
    printf("%lu\n", good);
    return 0;
}

/* Sends without reading for as long as the other side takes it, which must end. */
static int slow(const char *path, long records)
{
    int file = open_socket(path);
    unsigned long blocked = 0;
    char line[200];
    pid_t reader = 0;
    int way[2];
    send_all(file, "{\"op\":\"replies\"}\n", 17);
    if (pipe(way))
        return 1;
    for (long j = 0; j < records; j++) {
        size_t length = make_record(line, sizeof line, -1, j);
        struct pollfd room = {.fd = file, .events = POLLOUT};
        if (!reader && poll(&room, 1, 1500) == 0) {
            blocked = (unsigned long)j;
            /* now somebody reads */
            reader = fork();
            if (reader == 0) {
                unsigned long good = count_replies(file);
                bool told = write(way[1], &good, sizeof good) == sizeof good;
                _exit(told ? 0 : 1);
            }
        }
        send_all(file, line, length);
    }
    shutdown(file, SHUT_WR);
    unsigned long good = 0;
    if (!reader)
        good = count_replies(file);
    else if (read(way[0], &good, sizeof good) != sizeof good)
        return 1;
    printf("%lu %s\n", good, blocked ? "held back" : "never held back");
    return 0;
}

int main(int argc, char **argv)
{
    char buffer[4096];
    if (argc == 5 && strcmp(argv[2], "many") == 0)
        return many(argv[1], atoi(argv[3]), atol(argv[4]));
    if (argc == 4 && strcmp(argv[2], "slow") == 0)
        return slow(argv[1], atol(argv[3]));
    if (argc < 2)
        return 2;
    int file = open_socket(argv[1]);
    send_input(file);
    if (argc > 2)
        pause();
    shutdown(file, SHUT_WR);
    for (ssize_t count; (count = read(file, buffer, sizeof buffer)) > 0;)
        fwrite(buffer, 1, (size_t)count, stdout);
    return 0;
}
