/// A load generator whose clients are sessions on the project's own loops and transports.
///
/// Read [Load] first, what is asked for; then [Generator], one thread of it: the [Timetable] says when a request is due, the
/// generator gives it to a [Client] with a free place or lets it wait in line, and the [Ledger] writes down how it ended.
/// A [Dialogue] is the protocol from the client's side. [LoadRun] starts the generators, listens to their ledgers once a
/// second and makes the [Result] in the end; [SelfCheck] says whether to believe it.
///
/// Everything that belongs to one generator is touched by its loop's thread only; of the ledger, other threads read.
package dev.partita.load;
