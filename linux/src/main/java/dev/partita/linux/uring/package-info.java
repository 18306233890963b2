/// The io_uring transport: one ring for each loop, entered once a turn.
///
/// Read [UringPoller] first: its `read`, `write`, `poll` and `take` are what a request passes through. Then [UringEndpoint],
/// a socket and what waits for it, [ReceiveBuffers], what the kernel fills, and [Ring], the memory that is shared with the
/// kernel and the calls. Everything that has no loop is epoll's.
///
/// A poller belongs to its loop's thread, the only one that the kernel lets in; wakeups come from any. Nothing here blocks but
/// `poll`.
package dev.partita.linux.uring;
