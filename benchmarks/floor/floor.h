// What the floors share: the canned reply, how the end of a request is found without parsing, and the listener.
//
//     FLOOR PORT [REPLY-FILE [REQUEST-BYTES]]
//
// listens on 127.0.0.1; the file's bytes replace the built-in reply. Without REQUEST-BYTES every "\r\n\r\n" is the end
// of a request; with it every so many bytes are one: for requests with a body, whose generator sends the same ones again
// and again. A reply that has the header "Connection: close" makes the floor close after each reply: the floor for one
// connection per request.

#ifndef FLOOR_H
#define FLOOR_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum {
    BACKLOG = 4096,
    BATCH_BYTES = 256 << 10,  // copies of the reply laid out in advance, for one send
    REPLY_BYTES_MAX = 16 << 20,
    REQUEST_BYTES_MAX = 16 << 20,
    CONNECTIONS_MAX = 1 << 20
};

static const char CANNED[] = "HTTP/1.1 200 OK\r\n"
                             "Content-Type: text/plain\r\n"
                             "Content-Length: 13\r\n"
                             "Date: Mon, 23 Nov 2026 10:00:00 GMT\r\n"
                             "\r\n"
                             "Hello, World!";
static const char HEAD_END[] = "\r\n\r\n";

static char *batch; // `batch_bytes` of whole replies
static size_t batch_bytes, reply_bytes;
static bool close_after_reply;
static uint32_t request_bytes; // 0: a request ends with HEAD_END
static volatile sig_atomic_t stopping;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void stop(int signal) {
    (void)signal;
    stopping = 1;
}

// One step of matching HEAD_END. A '\r' always counts as its first byte at least: "\r\r\n\r\n" has a match.
static uint32_t match(uint32_t matched, char byte) {
    if (byte == HEAD_END[matched]) return matched + 1;
    return byte == '\r' ? 1 : 0;
}

// How many requests end in these bytes. `carried` is what has to be known of the bytes before: how much of HEAD_END they
// ended with (0 to 3), or how many bytes of an unfinished request they were.
static uint64_t count_requests(uint32_t *carried, const char *at, size_t bytes) {
    if (request_bytes > 0) {
        uint64_t all = *carried + (uint64_t)bytes;
        *carried = (uint32_t)(all % request_bytes);
        return all / request_bytes;
    }
    const char *end = at + bytes;
    uint64_t heads = 0;
    uint32_t matched = *carried;
    while (matched > 0 && at < end) {
        matched = match(matched, *at++);
        if (matched == 4) {
            heads++;
            matched = 0;
        }
    }
    if (matched == 0) {
        for (const char *found; (found = memmem(at, (size_t)(end - at), HEAD_END, 4)); at = found + 4) heads++;
        if (end - at > 3) at = end - 3; // no match in here, so 3 bytes decide what is carried
        while (at < end) matched = match(matched, *at++);
    }
    *carried = matched;
    return heads;
}

// Where the batch has to be sent from when `owed` bytes are owed: both end on a reply's end.
static size_t batch_start(uint64_t owed) {
    return (reply_bytes - owed % reply_bytes) % reply_bytes;
}

static char *read_reply(const char *path, size_t *bytes) {
    FILE *file = fopen(path, "rb");
    if (!file) die(path);
    char *content = malloc(REPLY_BYTES_MAX + 1);
    if (!content) die("malloc");
    *bytes = fread(content, 1, REPLY_BYTES_MAX + 1, file);
    if (ferror(file)) die(path);
    fclose(file);
    if (*bytes == 0 || *bytes > REPLY_BYTES_MAX) {
        fprintf(stderr, "%s: a reply has 1 to %d bytes\n", path, REPLY_BYTES_MAX);
        exit(1);
    }
    return content;
}

static void prepare_replies(const char *path) {
    char *from_file = path ? read_reply(path, &reply_bytes) : NULL;
    const char *one = from_file ? from_file : CANNED;
    if (!from_file) reply_bytes = sizeof CANNED - 1;
    close_after_reply = memmem(one, reply_bytes, "\r\nConnection: close\r\n", 21) != NULL;
    size_t copies = BATCH_BYTES / reply_bytes;
    if (copies == 0) copies = 1;
    batch_bytes = copies * reply_bytes;
    batch = malloc(batch_bytes);
    if (!batch) die("malloc");
    for (size_t i = 0; i < copies; i++) memcpy(batch + i * reply_bytes, one, reply_bytes);
    free(from_file);
}

// How many connections there can be: each is known by its descriptor.
static size_t descriptors_max(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0) die("getrlimit");
    return files.rlim_cur < CONNECTIONS_MAX ? files.rlim_cur : CONNECTIONS_MAX;
}

static int listen_on(uint16_t port) {
    int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) die("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) die("SO_REUSEADDR");
    if (setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) die("TCP_NODELAY"); // inherited
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
    if (listen(listener, BACKLOG) < 0) die("listen");
    return listener;
}

// A whole number from 1 to `most`; anything else ends the program.
static uint32_t number(const char *text, long most) {
    char *end = NULL;
    long value = strtol(text, &end, 10);
    if (value >= 1 && value <= most && *end == 0) return (uint32_t)value;
    fprintf(stderr, "%s: not a whole number from 1 to %ld\n", text, most);
    exit(2);
}

// Returns the listener.
static int prepare(int argc, char **argv, const char *name) {
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: %s PORT [REPLY-FILE [REQUEST-BYTES]]\n", name);
        exit(2);
    }
    uint16_t port = (uint16_t)number(argv[1], 65535);
    if (argc == 4) request_bytes = number(argv[3], REQUEST_BYTES_MAX);
    prepare_replies(argc >= 3 ? argv[2] : NULL);
    struct sigaction on_stop = {.sa_handler = stop};
    sigaction(SIGINT, &on_stop, NULL);
    sigaction(SIGTERM, &on_stop, NULL);
    int listener = listen_on(port);
    printf("floor: %s on 127.0.0.1:%u, reply of %zu bytes\n", name, port, reply_bytes);
    fflush(stdout);
    return listener;
}

#endif
