/// The native calls that are not a transport: socket options, limits, affinity.
package dev.partita.linux;
