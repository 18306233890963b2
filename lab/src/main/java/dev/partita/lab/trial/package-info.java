/// One trial: a server in a process of its own, a load from another process, and what the kernel says of the server meanwhile.
/// [dev.partita.lab.trial.Trials] is the file to read first.
///
/// Everything runs on the lab's one thread, but for [dev.partita.lab.trial.GeneratorMain], which is the other process.
package dev.partita.lab.trial;
