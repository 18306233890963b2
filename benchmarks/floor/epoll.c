// The floor: what the kernel's own TCP work costs when a server does nothing else.
//
// One thread, edge-triggered epoll, a canned reply. A keep-alive request costs exactly one recv and one
// send, plus one epoll_wait per batch of ready connections; n pipelined requests that arrive together cost
// one recv and one send. It does not parse (floor.h). No server that parses can be cheaper with these three
// calls; a ratio to this program is the price of everything a real server adds.
//
//     epoll PORT [REPLY-FILE [REQUEST-BYTES]]

#define _GNU_SOURCE
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "floor.h"

enum {
    EVENTS_MAX = 512,         // ready connections taken per epoll_wait
    ACCEPTS_MAX = 64,         // per turn, so that a flood of connections cannot starve the others
    RECEIVES_MAX = 16,        // per connection and turn; only a read that fills the buffer is repeated
    RECEIVE_BYTES = 64 << 10,
    ACCEPT_PAUSE_MILLIS = 100 // after EMFILE: a listener that stays registered would spin
};

// A connection is known by its descriptor; nothing is kept of a request but what count_requests carries.
typedef struct {
    uint64_t owed;    // bytes of replies not yet sent
    uint32_t carried; // see count_requests
    bool peer_done;   // end of stream seen: close once nothing is owed
    bool blocked;     // the socket took less than was owed: only EPOLLOUT is of interest
} connection;

static connection *connections;
static size_t connections_max;
static int poller, listener;
static bool accepting = true;
static char received[RECEIVE_BYTES];

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

// False: the connection is closed.
static bool reply(int fd, connection *c) {
    while (c->owed > 0) {
        size_t skip = batch_start(c->owed);
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
        uint64_t requests = count_requests(&c->carried, received, (size_t)got);
        if (got == 0 || (emptied && (ready & (EPOLLRDHUP | EPOLLHUP)))) c->peer_done = true;
        if (close_after_reply && requests > 0) {
            requests = 1;
            c->peer_done = true;
        }
        c->owed += requests * reply_bytes;
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

int main(int argc, char **argv) {
    listener = prepare(argc, argv, "epoll");
    connections_max = descriptors_max();
    connections = calloc(connections_max, sizeof *connections);
    if (!connections) die("calloc");
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) die("epoll_create1");
    watch(EPOLL_CTL_ADD, listener, EPOLLIN); // level-triggered: what one turn does not accept, the next does

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
