/// The portable transport, on the JDK's selectors.
package dev.partita.transport.nio;
