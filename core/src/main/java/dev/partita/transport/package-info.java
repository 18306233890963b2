/// How one thread talks to the kernel.
package dev.partita.transport;
