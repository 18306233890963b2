/// How one thread talks to the kernel: the contract that every transport keeps, and what they share.
///
/// Read [dev.partita.transport.Wire] first: what a model may ask of a connection's socket. A
/// [dev.partita.transport.Poller] is the wire of an event loop, a [dev.partita.transport.WaitingWire] the one of a thread
/// that serves a single connection. No thread is started here.
package dev.partita.transport;
