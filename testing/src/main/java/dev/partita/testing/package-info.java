/// What a server model, a transport or a protocol is tested with: clients that send exactly what they are told to
/// ([dev.partita.testing.WireClient]), protocols that use every step a connection has ([dev.partita.testing.LineProtocol]),
/// all the models over all the transports ([dev.partita.testing.Under]), and the thread of a test behind the scenes of a
/// server ([dev.partita.testing.Backstage]).
///
/// The contract suite itself is in this module's tests: read `ContractTest` first.
@org.jspecify.annotations.NullMarked
package dev.partita.testing;
