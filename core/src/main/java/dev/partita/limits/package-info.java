/// Bounds and counters, below everything else.
package dev.partita.limits;
