/// The epoll transport: one edge-triggered set for each loop, in which a connection is registered once and never changed.
///
/// Read [EpollPoller] first: its `read`, `write`, `poll` and `take` are what a request passes through. Then [EpollEndpoint],
/// the socket and what is remembered of it, and [EpollSet], the calls. [PpollWaiting] and [EpollParking] are how a thread and
/// a virtual thread wait for their one connection.
///
/// A poller belongs to its loop's thread; wakeups come from any. Nothing here blocks but `poll` and the two waits.
package dev.partita.linux.epoll;
