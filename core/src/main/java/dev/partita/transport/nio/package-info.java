/// The portable transport, by the JDK's selectors and channels: the reference that the others are compared with.
///
/// Read [dev.partita.transport.nio.NioPoller] first. It allocates a little per call, as the JDK's channels do.
package dev.partita.transport.nio;
