/// One conversation: what a peer said, what it is told, and the session in between.
///
/// Everything here runs on whichever thread owns the connection and never waits. Nothing here knows a socket, a thread or a
/// model. Read [dev.partita.connection.Step] first, then [dev.partita.connection.Session] and
/// [dev.partita.connection.Connection]; [dev.partita.connection.Buffer] and [dev.partita.connection.Outbound] are where the
/// bytes are.
package dev.partita.connection;
