/// AMPED whose workers are processes: the master has every connection and moves bytes, a worker has the sessions.
///
///     master                                              worker
///     Relay     --lend-->  ProcessCrew, DistantWorker --> [ring of slots] --> SlotPoller: the connection's next turn
///     (session)            bytes of the request           a slot: in, out     SlotEndpoint: receive, send
///               <--home--  bytes of the reply         <-- [ring of slots] <-- the session wants to read, or is over
///
/// A slot belongs to one of the two at a time, as a connection does that is lent to a thread. What comes back is a worker's
/// word: the master checks every number of it, and a worker that says what cannot be is treated as one that died.
///
/// Read [dev.partita.processes.lending.SharedSlots] first, then `Relay` for the master's side, `SlotPoller` for the worker's.
package dev.partita.processes.lending;
