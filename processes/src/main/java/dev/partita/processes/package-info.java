/// Servers of several processes. The process that the user starts is the master: it keeps the listening sockets for its whole
/// life and serves nobody. It starts the same program again for every worker, which joins it where the program calls
/// [dev.partita.server.Server#run], gets sockets, and serves with threads as always.
///
/// Read [dev.partita.processes.MasterOrWorker] first, then `Supervisor` for the master's thread, then `Membership` for what a
/// worker does. How generations follow each other is in `Reloading`, how masters do in `Upgrading` and `Takeover`.
package dev.partita.processes;
