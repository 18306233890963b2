// The floor over io_uring: the same as epoll.c, with the fewest operations that the kernel offers for it.
//
// One thread, one ring, no library. Connections come by one multishot accept, requests by one multishot receive for each
// connection into a ring of buffers that the kernel takes from, replies go by one send at a time for each connection.
// One io_uring_enter a turn submits what the last turn asked for and waits: with 64 busy connections that is one call for
// dozens of requests. With "Connection: close" in the reply a connection costs no call of its own either: a receive
// that ends by itself, and a send with the close linked to it.
//
//     uring PORT [REPLY-FILE [REQUEST-BYTES]]
//
// Needs Linux 6.0 (multishot receive, SINGLE_ISSUER; DEFER_TASKRUN came with 6.1 and is left out where it is unknown).

#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "floor.h"

// Younger than the headers of Debian 12: include/uapi/linux/io_uring.h of Linux 6.6 and 6.15.
#ifndef IORING_SETUP_NO_SQARRAY
#define IORING_SETUP_NO_SQARRAY (1U << 16)
#endif
#ifndef IORING_ENTER_NO_IOWAIT
#define IORING_ENTER_NO_IOWAIT (1U << 7)
#endif
#ifndef IORING_FEAT_NO_IOWAIT
#define IORING_FEAT_NO_IOWAIT (1U << 17)
#endif

enum {
    SUBMISSIONS = 512,
    COMPLETIONS = 8192,
    BUFFERS = 1024,            // a power of two; the kernel takes them in turn
    BUFFER_BYTES = 16 << 10,
    BUFFER_STRIDE = BUFFER_BYTES + 64, // else all of them would begin in the same set of the first-level cache
    BUFFER_GROUP = 0,
    OWED_MAX = 64 << 20        // to a client that does not read; beyond it, its receive is cancelled
};

enum operation { ACCEPT, RECEIVE, SEND, CLOSE, CANCEL }; // in user_data above the descriptor

// A connection is known by its descriptor, which is closed only when no operation on it is in flight: so a number that
// the kernel gives out again cannot meet a completion of its former life.
typedef struct {
    uint64_t owed;    // bytes of replies not yet sent
    uint32_t carried; // see count_requests
    bool receiving, sending, cancelling;
    bool peer_done;   // end of stream seen: close once nothing is owed
    bool broken;      // a send failed: what is owed is void
} connection;

static connection *connections;
static size_t connections_max;
static int ring, listener;
static bool accepting;
static uint32_t enter_flags = IORING_ENTER_GETEVENTS;

static struct io_uring_sqe *submissions;
static struct io_uring_cqe *completions;
static _Atomic uint32_t *submission_tail, *submission_head, *completion_tail, *completion_head;
static uint32_t submission_mask, completion_mask, submitted_to, filled_to;

static struct io_uring_buf_ring *buffers;
static char *buffer_memory;
static uint16_t buffer_tail;

static int enter(uint32_t at_least) {
    atomic_store_explicit(submission_tail, filled_to, memory_order_release);
    int result = (int)syscall(SYS_io_uring_enter, ring, filled_to - submitted_to, at_least, enter_flags, NULL, 0);
    // What was consumed is told by the head, also when the wait was interrupted after it.
    submitted_to = atomic_load_explicit(submission_head, memory_order_acquire);
    if (result < 0 && errno != EINTR && errno != EBUSY && errno != EAGAIN) die("io_uring_enter");
    return result;
}

static struct io_uring_sqe *submission(enum operation operation, int fd) {
    while (filled_to - atomic_load_explicit(submission_head, memory_order_acquire) >= SUBMISSIONS) enter(0);
    struct io_uring_sqe *entry = &submissions[filled_to++ & submission_mask];
    memset(entry, 0, sizeof *entry);
    entry->fd = fd;
    entry->user_data = (uint64_t)operation << 32 | (uint32_t)fd;
    return entry;
}

static void accept_connections(void) {
    struct io_uring_sqe *entry = submission(ACCEPT, listener);
    entry->opcode = IORING_OP_ACCEPT;
    entry->ioprio = IORING_ACCEPT_MULTISHOT;
    entry->accept_flags = SOCK_CLOEXEC;
    accepting = true;
}

// With one request a connection, a receive that ends by itself need not be cancelled before the close.
static void receive(int fd) {
    struct io_uring_sqe *entry = submission(RECEIVE, fd);
    entry->opcode = IORING_OP_RECV;
    entry->ioprio = close_after_reply ? 0 : IORING_RECV_MULTISHOT;
    entry->flags = IOSQE_BUFFER_SELECT;
    entry->buf_group = BUFFER_GROUP;
    connections[fd].receiving = true;
}

static void stop_receiving(int fd) {
    struct io_uring_sqe *entry = submission(CANCEL, fd);
    entry->opcode = IORING_OP_ASYNC_CANCEL;
    entry->addr = (uint64_t)RECEIVE << 32 | (uint32_t)fd;
    connections[fd].cancelling = true;
}

static void send_owed(int fd, bool then_close) {
    connection *c = &connections[fd];
    size_t skip = batch_start(c->owed);
    size_t room = batch_bytes - skip;
    struct io_uring_sqe *entry = submission(SEND, fd);
    entry->opcode = IORING_OP_SEND;
    entry->addr = (uint64_t)(uintptr_t)(batch + skip);
    entry->len = (uint32_t)(c->owed < room ? c->owed : room);
    entry->msg_flags = MSG_NOSIGNAL | MSG_WAITALL; // a part is completed by the kernel
    c->sending = true;
    if (then_close) {
        entry->flags = IOSQE_IO_LINK;
        struct io_uring_sqe *end = submission(CLOSE, fd);
        end->opcode = IORING_OP_CLOSE;
    }
}

static void hang_up(int fd) {
    connection *c = &connections[fd];
    if (c->sending) return; // its completion calls again
    if (c->receiving) {
        shutdown(fd, SHUT_RDWR); // ends the receive, whose completion calls again
        return;
    }
    close(fd);
    if (!accepting) accept_connections();
}

static void progress(int fd) {
    connection *c = &connections[fd];
    if (c->sending) return;
    if (c->broken || (c->owed == 0 && c->peer_done)) hang_up(fd);
    else if (c->owed > 0) send_owed(fd, false);
}

static void receive_or_pause(int fd) {
    connection *c = &connections[fd];
    if (!c->receiving && !c->peer_done && c->owed <= OWED_MAX) receive(fd);
    else if (c->receiving && !c->cancelling && c->owed > OWED_MAX) stop_receiving(fd);
}

static void give_back(uint16_t number) {
    struct io_uring_buf *buffer = &buffers->bufs[buffer_tail++ & (BUFFERS - 1)];
    buffer->addr = (uint64_t)(uintptr_t)(buffer_memory + (size_t)number * BUFFER_STRIDE);
    buffer->len = BUFFER_BYTES;
    buffer->bid = number;
    atomic_store_explicit((_Atomic uint16_t *)&buffers->tail, buffer_tail, memory_order_release);
}

static void on_accept(const struct io_uring_cqe *completed) {
    int fd = completed->res;
    if (!(completed->flags & IORING_CQE_F_MORE)) accepting = false;
    if (fd >= 0 && (size_t)fd >= connections_max) close(fd);
    else if (fd >= 0) {
        connections[fd] = (connection){0};
        receive(fd);
    }
    // Without a descriptor the kernel's backlog holds them until a connection has ended.
    if (!accepting && fd != -EMFILE && fd != -ENFILE && fd != -ENOBUFS && fd != -ENOMEM) accept_connections();
}

static void on_receive(const struct io_uring_cqe *completed, int fd) {
    connection *c = &connections[fd];
    uint64_t requests = 0;
    if (!(completed->flags & IORING_CQE_F_MORE)) c->receiving = c->cancelling = false;
    if (completed->flags & IORING_CQE_F_BUFFER) {
        uint16_t number = (uint16_t)(completed->flags >> IORING_CQE_BUFFER_SHIFT);
        if (completed->res > 0)
            requests = count_requests(&c->carried, buffer_memory + (size_t)number * BUFFER_STRIDE, (size_t)completed->res);
        give_back(number);
    }
    if (completed->res <= 0 && completed->res != -ENOBUFS && completed->res != -ECANCELED) {
        c->peer_done = true;
        c->broken |= completed->res < 0;
    }
    if (close_after_reply && requests > 0) {
        c->owed = reply_bytes;
        c->peer_done = true;
        send_owed(fd, reply_bytes <= batch_bytes);
        return;
    }
    c->owed += requests * reply_bytes;
    receive_or_pause(fd);
    progress(fd);
}

static void on_send(const struct io_uring_cqe *completed, int fd) {
    connection *c = &connections[fd];
    c->sending = false;
    if (completed->res > 0) c->owed -= (uint64_t)completed->res;
    else c->broken = true;
    if (!close_after_reply) {
        receive_or_pause(fd);
        progress(fd);
    }
    // The linked close follows by itself, and is cancelled when the send failed or stopped half-way (see on_close).
}

static void on_close(const struct io_uring_cqe *completed, int fd) {
    if (completed->res == -ECANCELED) close(fd);
    if (!accepting) accept_connections();
}

static void take_completions(void) {
    uint32_t head = atomic_load_explicit(completion_head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(completion_tail, memory_order_acquire);
    for (; head != tail; head++) {
        struct io_uring_cqe *completed = &completions[head & completion_mask];
        int fd = (int)(uint32_t)completed->user_data;
        switch ((enum operation)(completed->user_data >> 32)) {
        case ACCEPT: on_accept(completed); break;
        case RECEIVE: on_receive(completed, fd); break;
        case SEND: on_send(completed, fd); break;
        case CLOSE: on_close(completed, fd); break;
        case CANCEL: break; // the receive says how it ended
        }
    }
    atomic_store_explicit(completion_head, head, memory_order_release);
}

static void *map(size_t bytes, off_t offset) {
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset);
    if (at == MAP_FAILED) die("mmap of the ring");
    return at;
}

// The newest flags first; what a kernel does not know it refuses with EINVAL.
static void set_up_ring(void) {
    const uint32_t needed = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
    const uint32_t wanted[] = {IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_SQARRAY, IORING_SETUP_DEFER_TASKRUN, 0};
    struct io_uring_params set_up;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        set_up = (struct io_uring_params){.flags = needed | wanted[i], .cq_entries = COMPLETIONS};
        ring = (int)syscall(SYS_io_uring_setup, SUBMISSIONS, &set_up);
        if (ring >= 0 || errno != EINVAL) break;
    }
    if (ring < 0) die("io_uring_setup (needs Linux 6.0, and kernel.io_uring_disabled=0)");
    if (set_up.features & IORING_FEAT_NO_IOWAIT) enter_flags |= IORING_ENTER_NO_IOWAIT;

    char *rings = map(set_up.cq_off.cqes + set_up.cq_entries * sizeof *completions, IORING_OFF_SQ_RING);
    submissions = map(set_up.sq_entries * sizeof *submissions, IORING_OFF_SQES);
    submission_head = (_Atomic uint32_t *)(rings + set_up.sq_off.head);
    submission_tail = (_Atomic uint32_t *)(rings + set_up.sq_off.tail);
    completion_head = (_Atomic uint32_t *)(rings + set_up.cq_off.head);
    completion_tail = (_Atomic uint32_t *)(rings + set_up.cq_off.tail);
    completions = (struct io_uring_cqe *)(rings + set_up.cq_off.cqes);
    submission_mask = set_up.sq_entries - 1;
    completion_mask = set_up.cq_entries - 1;
    if (!(set_up.flags & IORING_SETUP_NO_SQARRAY)) {
        uint32_t *array = (uint32_t *)(rings + set_up.sq_off.array);
        for (uint32_t i = 0; i < set_up.sq_entries; i++) array[i] = i;
    }
}

static void set_up_buffers(void) {
    buffer_memory = aligned_alloc(64, (size_t)BUFFERS * BUFFER_STRIDE);
    buffers = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!buffer_memory || buffers == MAP_FAILED) die("memory for buffers");
    struct io_uring_buf_reg group = {
        .ring_addr = (uint64_t)(uintptr_t)buffers, .ring_entries = BUFFERS, .bgid = BUFFER_GROUP};
    if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_PBUF_RING, &group, 1) < 0) die("IORING_REGISTER_PBUF_RING");
    for (uint16_t i = 0; i < BUFFERS; i++) give_back(i);
}

int main(int argc, char **argv) {
    listener = prepare(argc, argv, "uring");
    connections_max = descriptors_max();
    connections = calloc(connections_max, sizeof *connections);
    if (!connections) die("calloc");
    set_up_ring();
    set_up_buffers();
    accept_connections();
    while (!stopping) {
        enter(1);
        take_completions();
    }
    close(ring); // ends every operation, so that none writes into what is freed
    munmap(buffers, BUFFERS * sizeof(struct io_uring_buf));
    free(buffer_memory);
    free(batch);
    free(connections);
    return 0;
}
