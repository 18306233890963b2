/// Proxies in front of a server: whom to believe ([dev.partita.proxy.TrustedPeers]), and the PROXY protocol, by which one
/// says on whose behalf it has connected ([dev.partita.proxy.ProxyProtocol], read this first).
///
/// A wrapper of any protocol, on the threads of its sessions. A server without it pays nothing.
package dev.partita.proxy;
