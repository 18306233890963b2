/// Sockets that listen, their addresses and their options: what every transport of this module needs before the first
/// connection. Cold: runs when a server starts and when it ends.
package dev.partita.linux.socket;
