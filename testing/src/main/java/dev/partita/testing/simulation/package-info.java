/// A server without sockets, threads and time: the real event loop, connections and sessions over a simulated network, in
/// one thread, decided by one seed. What takes a cluster of accidents to happen in a real server (a short read while the
/// reply is stuck, a reset while the work is lent, a deadline between two bytes) happens here thousands of times a second,
/// and happens again when the seed is given again.
///
/// Three parts, so that others can use each: a [dev.partita.testing.simulation.Script] is what one client does; an
/// [dev.partita.testing.simulation.Outcome] is what came of it, and says whether that is right; a
/// [dev.partita.testing.simulation.Simulation] plays scripts to a server in one of the
/// [dev.partita.testing.simulation.Shape]s that the models have. A test that plays scripts over real sockets needs the first
/// two only.
@org.jspecify.annotations.NullMarked
package dev.partita.testing.simulation;
