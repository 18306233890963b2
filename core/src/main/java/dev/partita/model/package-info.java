/// One file for each server model. Start here: each is a drawing, a table of who does what, the wiring, and a `switch` for each
/// place where a connection can be: one, or two with SEDA.
///
/// In reading order: [dev.partita.model.Sped], [dev.partita.model.Symped], [dev.partita.model.Mp],
/// [dev.partita.model.VirtualThreads], [dev.partita.model.Amped], [dev.partita.model.Seda]. Nothing else in the code base
/// depends on this package, so a model of your own is worth just as much.
package dev.partita.model;
