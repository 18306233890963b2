/// One conversation: what a connection needs next, and the protocol that answers.
package dev.partita.connection;
