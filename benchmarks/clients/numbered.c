// Load whose every request can be told from every other: numbered POSTs at a fixed rate, on kept and on fresh connections.
//
//     numbered PORT BEGIN RATE KEPT FRESH-EVERY > OUTCOME
//
// A request is due at a moment of the timetable (BEGIN, a moment of CLOCK_MONOTONIC in seconds, and then RATE a second), whatever has
// become of the ones before it; its latency counts from then. It is never sent again. The moment that the timetable ends at comes as
// a line of standard input. What became of each request is written at the end, as numbers of this machine, each list behind its length:
// identities (64 bits), due and ended (doubles), fates (8 bits); moments at which the server closed a connection between two requests without
// having said so; how many it had announced; seconds from due to sent, of requests that no connection had to be waited for; text, a line for each
// of the first things that went wrong: the moment, a tab, words.
//
// One thread and one epoll: at 5,000 requests a second about a twentieth of a processor, so that those of a small machine are for the server.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { ANSWERED, REFUSED, LOST, WRONG, UNSENT };
static const char *const NAMES[] = {"answered", "refused", "lost", "wrong", "unsent"};

enum {
    DESCRIPTORS_MAX = 65536,
    RECEIVE_BYTES = 16 << 10,
    FRESH_AT_ONCE_MAX = 500,
    BEGUN_AT_ONCE_MAX = 64, // who was kept waiting by the machine hears what has come before it begins more
    EVENTS_MAX = 256,
    COMPLAINTS_MAX = 200
};
static const double PATIENCE_SECONDS = 10;
static const double SWEEP_SECONDS = 0.5;
static const double LOOK_SECONDS = 0.1; // for the end of the timetable
static const int NICE = -10;            // where it is allowed: clients elsewhere do not wait for a server's processors

typedef struct connection {
    struct connection *next; // among the idle ones
    int descriptor;
    int64_t identity; // of the request that waits for its answer; 0: none does
    double due, since;
    bool kept, connecting, idle;
    size_t length;
    char received[RECEIVE_BYTES];
} Connection;

typedef struct {
    char *bytes;
    size_t length, room;
} List;

typedef struct {
    int64_t identity;
    double due;
} Due;

static struct sockaddr_in server;
static int epoll;
static int64_t kept_max;
static Connection *open_[DESCRIPTORS_MAX];
static Connection *idle_first, **idle_last = &idle_first; // in turn, so that every connection is in use
static List waiting;                                      // of Due: no connection is free
static size_t waiting_from;
static int64_t kept, fresh, busy;
static List identities, dues, endings, fates, closed_silently, lates, complaints;
static int64_t announced, complained;

static double now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void add(List *list, const void *bytes, size_t length) {
    if (list->length + length > list->room) {
        list->room = 2 * list->room + length + 4096;
        list->bytes = realloc(list->bytes, list->room);
        if (list->bytes == NULL) {
            fail("realloc");
        }
    }
    memcpy(list->bytes + list->length, bytes, length);
    list->length += length;
}

static void add_double(List *list, double value) { add(list, &value, sizeof value); }

static void ended(int64_t identity, double due, int fate, double now, const char *words) {
    int8_t small = (int8_t)fate;
    add(&identities, &identity, sizeof identity);
    add_double(&dues, due);
    add_double(&endings, now);
    add(&fates, &small, sizeof small);
    if (words != NULL && complained < COMPLAINTS_MAX) {
        char line[512];
        int length = snprintf(line, sizeof line, "%.6f\t%s: request %lld, %s\n", now, NAMES[fate], (long long)identity, words);
        add(&complaints, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
        complained++;
    }
}

static void begin_on_new(bool is_kept, int64_t identity, double due, double now);

static void drop(Connection *connection, double now) {
    open_[connection->descriptor] = NULL;
    close(connection->descriptor);
    bool was_kept = connection->kept;
    free(connection);
    if (!was_kept) {
        fresh--;
        return;
    }
    kept--;
    if (waiting_from < waiting.length) {
        Due next;
        memcpy(&next, waiting.bytes + waiting_from, sizeof next);
        waiting_from += sizeof next;
        begin_on_new(true, next.identity, next.due, now);
    }
}

static void end(Connection *connection, int fate, double now, const char *words) {
    ended(connection->identity, connection->due, fate, now, words);
    connection->identity = 0;
    busy--;
    drop(connection, now);
}

static void on_closed_silently(Connection *connection, double now) {
    add_double(&closed_silently, now);
    drop(connection, now);
}

static void put(Connection *connection, double now) {
    char request[160], number[24], words[96];
    int digits = snprintf(number, sizeof number, "%lld", (long long)connection->identity);
    int length = snprintf(request, sizeof request,
                          "POST /echo?id=%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", number, digits, number);
    connection->length = 0;
    if (send(connection->descriptor, request, (size_t)length, MSG_NOSIGNAL) != length) {
        snprintf(words, sizeof words, "sending: %s", strerror(errno));
        end(connection, LOST, now, words);
    }
}

static void begin_on_new(bool is_kept, int64_t identity, double due, double now) {
    Connection *connection = calloc(1, sizeof *connection);
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection == NULL || descriptor < 0 || descriptor >= DESCRIPTORS_MAX) {
        fail("socket");
    }
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->descriptor = descriptor;
    connection->identity = identity;
    connection->due = due;
    connection->since = now;
    connection->kept = is_kept;
    connection->connecting = true;
    *(is_kept ? &kept : &fresh) += 1;
    busy++;
    open_[descriptor] = connection;
    if (connect(descriptor, (struct sockaddr *)&server, sizeof server) != 0 && errno != EINPROGRESS) {
        end(connection, REFUSED, now, strerror(errno));
        return;
    }
    struct epoll_event interest = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP, .data.fd = descriptor};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &interest) != 0) {
        fail("epoll_ctl");
    }
}

static void begin_on(Connection *connection, int64_t identity, double due, double now) {
    connection->identity = identity;
    connection->due = due;
    connection->since = now;
    busy++;
    put(connection, now);
}

static bool has_ended(const Connection *connection) {
    char byte;
    ssize_t got = recv(connection->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

static void make_idle(Connection *connection) {
    connection->idle = true;
    connection->next = NULL;
    *idle_last = connection;
    idle_last = &connection->next;
}

static Connection *take_idle(void) {
    Connection *first = idle_first;
    if (first != NULL) {
        idle_first = first->next;
        if (idle_first == NULL) {
            idle_last = &idle_first;
        }
        first->idle = false;
    }
    return first;
}

static void remove_idle(Connection *connection) {
    if (!connection->idle) {
        return;
    }
    Connection **at = &idle_first;
    while (*at != connection) {
        at = &(*at)->next;
    }
    *at = connection->next;
    if (connection->next == NULL) {
        idle_last = at;
    }
    connection->idle = false;
}

static void begin_kept(int64_t identity, double due, double now) {
    for (Connection *connection = take_idle(); connection != NULL; connection = take_idle()) {
        if (has_ended(connection)) {
            on_closed_silently(connection, now);
            continue;
        }
        add_double(&lates, now - due);
        begin_on(connection, identity, due, now);
        return;
    }
    if (kept < kept_max) {
        add_double(&lates, now - due);
        begin_on_new(true, identity, due, now);
    } else {
        Due later = {identity, due};
        add(&waiting, &later, sizeof later);
    }
}

static void begin_fresh(int64_t identity, double due, double now) {
    if (fresh >= FRESH_AT_ONCE_MAX) {
        ended(identity, due, UNSENT, now, "too many fresh connections wait already");
        return;
    }
    add_double(&lates, now - due);
    begin_on_new(false, identity, due, now);
}

static bool is_wrong(Connection *connection, const char *body, size_t length) {
    char number[24];
    int digits = snprintf(number, sizeof number, "%lld", (long long)connection->identity);
    return strncmp(connection->received, "HTTP/1.1 200 ", 13) != 0 || length != (size_t)digits || memcmp(body, number, length) != 0;
}

// Looks whether what has come is the answer.
static void look(Connection *connection, double now) {
    char *head = connection->received;
    char *blank = memmem(head, connection->length, "\r\n\r\n", 4);
    if (blank == NULL) {
        return;
    }
    char *body = blank + 4;
    size_t length = (size_t)(head + connection->length - body);
    *blank = 0; // so that the head is a string
    const char *field = strcasestr(head, "\r\ncontent-length:");
    if (length < (field == NULL ? 0 : strtoul(field + 17, NULL, 10))) {
        *blank = '\r';
        return;
    }
    bool closes = strcasestr(head, "\r\nconnection: close") != NULL;
    if (is_wrong(connection, body, length)) {
        char words[300];
        snprintf(words, sizeof words, "%.*s", (int)strcspn(head, "\r\n"), head);
        end(connection, WRONG, now, words);
    } else if (closes || !connection->kept) {
        announced += connection->kept;
        end(connection, ANSWERED, now, NULL);
    } else {
        ended(connection->identity, connection->due, ANSWERED, now, NULL);
        connection->identity = 0;
        busy--;
        if (waiting_from >= waiting.length) {
            make_idle(connection);
        } else if (has_ended(connection)) {
            on_closed_silently(connection, now); // which opens another one for who waits
        } else {
            Due next;
            memcpy(&next, waiting.bytes + waiting_from, sizeof next);
            waiting_from += sizeof next;
            begin_on(connection, next.identity, next.due, now);
        }
    }
}

static void on_ready(Connection *connection) {
    double now = now_seconds();
    char words[128];
    if (connection->connecting) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(connection->descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            end(connection, REFUSED, now, strerror(error));
            return;
        }
        connection->connecting = false;
        struct epoll_event interest = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = connection->descriptor};
        epoll_ctl(epoll, EPOLL_CTL_MOD, connection->descriptor, &interest);
        put(connection, now);
        return;
    }
    if (connection->identity == 0) {
        remove_idle(connection);
        on_closed_silently(connection, now);
        return;
    }
    size_t room = RECEIVE_BYTES - 1 - connection->length;
    ssize_t got = recv(connection->descriptor, connection->received + connection->length, room, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got < 0) {
        snprintf(words, sizeof words, "%s after %zu bytes of the answer", strerror(errno), connection->length);
        end(connection, LOST, now, words);
    } else if (got == 0) {
        snprintf(words, sizeof words, "closed after %zu bytes of the answer", connection->length);
        end(connection, room == 0 ? WRONG : LOST, now, words);
    } else {
        connection->length += (size_t)got;
        connection->received[connection->length] = 0;
        look(connection, now);
    }
}

// Whoever has waited too long is lost, and whoever could not even be sent.
static void sweep(double now) {
    for (int descriptor = 0; descriptor < DESCRIPTORS_MAX; descriptor++) {
        Connection *each = open_[descriptor];
        if (each != NULL && each->identity != 0 && now - each->since > PATIENCE_SECONDS) {
            end(each, each->connecting ? REFUSED : LOST, now, "nothing for 10 s");
        }
    }
    while (waiting_from < waiting.length) {
        Due first;
        memcpy(&first, waiting.bytes + waiting_from, sizeof first);
        if (now - first.due <= PATIENCE_SECONDS) {
            break;
        }
        waiting_from += sizeof first;
        ended(first.identity, first.due, UNSENT, now, "no connection was free for 10 s");
    }
}

// The end of the timetable, once it has been told.
static double told_end(void) {
    static char line[64];
    static size_t length;
    ssize_t got = read(STDIN_FILENO, line + length, sizeof line - 1 - length);
    if (got == 0) {
        exit(1); // nobody wants to know any longer
    }
    length += got > 0 ? (size_t)got : 0;
    line[length] = 0;
    return strchr(line, '\n') != NULL ? atof(line) : 1e300;
}

// Where the kernel divides the processors among sessions (sched(7)), a priority is one within a session's share only.
static void come_first(void) {
    setsid();
    setpriority(PRIO_PROCESS, 0, NICE);
    FILE *share = fopen("/proc/self/autogroup", "w");
    if (share != NULL) {
        fprintf(share, "%d", NICE);
        fclose(share);
    }
}

static void write_list(const List *list, size_t size) {
    int64_t count = (int64_t)(list->length / size);
    fwrite(&count, sizeof count, 1, stdout);
    fwrite(list->bytes, 1, list->length, stdout);
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "usage: numbered PORT BEGIN RATE KEPT FRESH-EVERY\n");
        return 2;
    }
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)atoi(arguments[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    double begin = atof(arguments[2]), rate = atof(arguments[3]);
    kept_max = atoll(arguments[4]);
    int64_t fresh_every = atoll(arguments[5]);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    come_first();
    int64_t begun = 0;
    double due = begin, end_at = 1e300, swept = 0, looked = 0;
    while (true) {
        double now = now_seconds();
        for (int i = 0; i < BEGUN_AT_ONCE_MAX && due <= now && due < end_at; i++) {
            begun++;
            if (begun % fresh_every == 0) {
                begin_fresh(begun, due, now);
            } else {
                begin_kept(begun, due, now);
            }
            due = begin + (double)begun / rate;
        }
        if (now - looked > LOOK_SECONDS) {
            looked = now;
            end_at = end_at < 1e300 ? end_at : told_end();
        }
        if (now - swept > SWEEP_SECONDS) {
            swept = now;
            sweep(now);
        }
        bool in_flight = busy > 0 || waiting_from < waiting.length;
        if (due >= end_at && (!in_flight || now > end_at + PATIENCE_SECONDS + 1)) {
            break;
        }
        double wait = due < end_at ? due - now_seconds() : LOOK_SECONDS;
        wait = wait < 0 ? 0 : wait < LOOK_SECONDS ? wait : LOOK_SECONDS;
        struct timespec timeout = {.tv_sec = 0, .tv_nsec = (long)(wait * 1e9)};
        struct epoll_event events[EVENTS_MAX];
        int ready = epoll_pwait2(epoll, events, EVENTS_MAX, &timeout, NULL);
        for (int i = 0; i < ready; i++) {
            Connection *connection = open_[events[i].data.fd];
            if (connection != NULL) {
                on_ready(connection);
            }
        }
    }
    write_list(&identities, sizeof(int64_t));
    write_list(&dues, sizeof(double));
    write_list(&endings, sizeof(double));
    write_list(&fates, 1);
    write_list(&closed_silently, sizeof(double));
    fwrite(&announced, sizeof announced, 1, stdout);
    write_list(&lates, sizeof(double));
    write_list(&complaints, 1);
    return fflush(stdout) == 0 ? 0 : 1;
}
