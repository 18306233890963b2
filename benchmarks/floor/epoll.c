// The floor: what the kernel's own TCP work costs when a server does nothing else.
//
// One thread, edge-triggered epoll, a canned reply. A keep-alive request costs exactly one recv and one
// send, plus one epoll_wait per batch of ready connections; n pipelined requests that arrive together cost
// one recv and one send. It does not parse: every "\r\n\r\n" is the end of a request (so: requests
// without a body only). No server that parses can be cheaper with these three calls; a ratio to this
// program is the price of everything a real server adds.
//
//     epoll PORT [REPLY-FILE]      listens on 127.0.0.1; the file's bytes replace the built-in reply
//
// A reply that has the header "Connection: close" makes it close after each reply: the floor for one
// connection per request.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS_MAX = 512,         // ready connections taken per epoll_wait
    ACCEPTS_MAX = 64,         // per turn, so that a flood of connections cannot starve the others
    RECEIVES_MAX = 16,        // per connection and turn; only a read that fills the buffer is repeated
    BACKLOG = 4096,
    RECEIVE_BYTES = 64 << 10,
    BATCH_BYTES = 256 << 10,  // copies of the reply laid out in advance, for one send
    REPLY_BYTES_MAX = 16 << 20,
    CONNECTIONS_MAX = 1 << 20,
    ACCEPT_PAUSE_MILLIS = 100 // after EMFILE: a listener that stays registered would spin
};

static const char CANNED[] = "HTTP/1.1 200 OK\r\n"
                             "Content-Type: text/plain\r\n"
                             "Content-Length: 13\r\n"
                             "Date: Mon, 23 Nov 2026 10:00:00 GMT\r\n"
                             "\r\n"
                             "Hello, World!";
static const char HEAD_END[] = "\r\n\r\n";

// A connection is known by its descriptor; nothing is kept of a request but how much of HEAD_END was seen.
typedef struct {
    uint64_t owed;    // bytes of replies not yet sent
    uint32_t matched; // 0 to 3 bytes of HEAD_END at the end of what has arrived
    bool peer_done;   // end of stream seen: close once nothing is owed
    bool blocked;     // the socket took less than was owed: only EPOLLOUT is of interest
} connection;

static connection *connections;
static size_t connections_max;
static char *batch; // `batch_bytes` of whole replies
static size_t batch_bytes, reply_bytes;
static bool close_after_reply;
static int poller, listener;
static bool accepting = true;
static volatile sig_atomic_t stopping;
static char received[RECEIVE_BYTES];

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void stop(int signal) {
    (void)signal;
    stopping = 1;
}

static void watch(int operation, int fd, uint32_t interest) {
    struct epoll_event event = {.events = interest, .data.fd = fd};
    if (epoll_ctl(poller, operation, fd, &event) < 0) die("epoll_ctl");
}

static void hang_up(int fd) {
    close(fd); // the last reference, so epoll forgets it too
    if (!accepting) {
        accepting = true;
        watch(EPOLL_CTL_MOD, listener, EPOLLIN);
    }
}

// One step of matching HEAD_END. A '\r' always counts as its first byte at least: "\r\r\n\r\n" has a match.
static uint32_t match(uint32_t matched, char byte) {
    if (byte == HEAD_END[matched]) return matched + 1;
    return byte == '\r' ? 1 : 0;
}

// How many heads end in these bytes; what is left of an unfinished end is carried in the connection.
static uint64_t count_heads(connection *c, const char *at, size_t bytes) {
    const char *end = at + bytes;
    uint64_t heads = 0;
    uint32_t matched = c->matched;
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
    c->matched = matched;
    return heads;
}

// False: the connection is closed.
static bool reply(int fd, connection *c) {
    while (c->owed > 0) {
        // Owed bytes end on a reply's end, and so does the batch: start where both have the same rest.
        size_t skip = (reply_bytes - c->owed % reply_bytes) % reply_bytes;
        size_t room = batch_bytes - skip;
        size_t wanted = c->owed < room ? (size_t)c->owed : room;
        ssize_t sent = send(fd, batch + skip, wanted, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN) {
            hang_up(fd);
            return false;
        }
        if (sent > 0) c->owed -= (uint64_t)sent;
        if (sent < (ssize_t)wanted) {
            if (!c->blocked) watch(EPOLL_CTL_MOD, fd, EPOLLOUT | EPOLLET);
            c->blocked = true; // and no reading meanwhile: a client that does not read gets no further
            return true;
        }
    }
    if (c->peer_done) {
        hang_up(fd);
        return false;
    }
    if (c->blocked) {
        c->blocked = false;
        watch(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLRDHUP | EPOLLET); // reports again what arrived meanwhile
    }
    return true;
}

static void serve(int fd, uint32_t ready) {
    connection *c = &connections[fd];
    if (c->blocked) {
        reply(fd, c);
        return;
    }
    for (int receives = 0; receives < RECEIVES_MAX; receives++) {
        ssize_t got = recv(fd, received, sizeof received, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got < 0) {
            hang_up(fd);
            return;
        }
        // A read that did not fill the buffer has emptied the socket (epoll(7), question 9), so no second
        // recv is needed to see EAGAIN; that the stream has ended too is known from the event.
        bool emptied = got < (ssize_t)sizeof received;
        uint64_t heads = count_heads(c, received, (size_t)got);
        if (got == 0 || (emptied && (ready & (EPOLLRDHUP | EPOLLHUP)))) c->peer_done = true;
        if (close_after_reply && heads > 0) {
            heads = 1;
            c->peer_done = true;
        }
        c->owed += heads * reply_bytes;
        if (!reply(fd, c) || c->blocked || emptied) return;
    }
    watch(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLRDHUP | EPOLLET); // there is more: its turn comes again
}

static void accept_some(void) {
    for (int accepts = 0; accepts < ACCEPTS_MAX; accepts++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                accepting = false;
                watch(EPOLL_CTL_MOD, listener, 0);
            }
            if (errno == EINTR || errno == ECONNABORTED) continue;
            return; // EAGAIN: all taken
        }
        if ((size_t)fd >= connections_max) {
            close(fd);
            continue;
        }
        connections[fd] = (connection){0};
        watch(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLRDHUP | EPOLLET);
    }
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

static void prepare_connections(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0) die("getrlimit");
    connections_max = files.rlim_cur < CONNECTIONS_MAX ? files.rlim_cur : CONNECTIONS_MAX;
    connections = calloc(connections_max, sizeof *connections);
    if (!connections) die("calloc");
}

static void listen_on(uint16_t port) {
    int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) die("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) die("SO_REUSEADDR");
    if (setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) die("TCP_NODELAY"); // inherited
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
    if (listen(listener, BACKLOG) < 0) die("listen");
}

int main(int argc, char **argv) {
    char *end = NULL;
    long port = argc == 2 || argc == 3 ? strtol(argv[1], &end, 10) : 0;
    if (port < 1 || port > 65535 || *end) {
        fprintf(stderr, "usage: epoll PORT [REPLY-FILE]   (PORT: 1 to 65535)\n");
        return 2;
    }
    prepare_replies(argc == 3 ? argv[2] : NULL);
    prepare_connections();
    struct sigaction on_stop = {.sa_handler = stop};
    sigaction(SIGINT, &on_stop, NULL);
    sigaction(SIGTERM, &on_stop, NULL);

    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) die("epoll_create1");
    listen_on((uint16_t)port);
    watch(EPOLL_CTL_ADD, listener, EPOLLIN); // level-triggered: what one turn does not accept, the next does
    printf("floor: epoll on 127.0.0.1:%ld, reply of %zu bytes\n", port, reply_bytes);
    fflush(stdout);

    static struct epoll_event events[EVENTS_MAX];
    while (!stopping) {
        int ready = epoll_wait(poller, events, EVENTS_MAX, accepting ? -1 : ACCEPT_PAUSE_MILLIS);
        if (ready < 0 && errno != EINTR) die("epoll_wait");
        if (ready == 0) {
            accepting = true;
            watch(EPOLL_CTL_MOD, listener, EPOLLIN);
        }
        // A descriptor is at most once in a batch and closed only in its own event, so a number that
        // accept4 hands out again within the batch cannot meet an event of its former life.
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == listener) accept_some();
            else serve(events[i].data.fd, events[i].events);
        }
    }
    free(batch);
    free(connections);
    return 0;
}
