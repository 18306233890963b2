/// The epoll transport.
package dev.partita.linux.epoll;
