/// What this machine's Linux offers to a server. The transport itself is found by way of
/// [dev.partita.transport.Transports].
///
/// The rest of this module, bottom up: `libc` makes the native calls, `socket` listens, `file` opens what is served, `epoll`
/// is the transport. Nothing else in Partita makes a native call.
package dev.partita.linux;
