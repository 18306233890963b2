package dev.partita.lab.results;

/// A model that took part.
///
/// @param name as on the command line: `mp`, `sped`, `seda`, `amped`, `symped` or `vt`; trials refer to it
/// @param title the words behind the name
/// @param accepting who does the article's task 1
/// @param io who does task 2
/// @param work who does task 3
public record ModelCard(String name, String title, String accepting, String io, String work) {}
