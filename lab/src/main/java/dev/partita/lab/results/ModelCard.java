package dev.partita.lab.results;

import java.util.Locale;

/// A model that took part.
///
/// @param name as on the command line: `mp`, `sped`, `seda`, `amped`, `symped` or `vt`, with `/processes` behind it where the
///     workers are processes; trials refer to it
/// @param title the words behind the name
/// @param accepting who does the article's task 1
/// @param io who does task 2
/// @param work who does task 3
public record ModelCard(String name, String title, String accepting, String io, String work) {
    /// A name as it is written, also with a transport behind it: `SYMPED processes epoll`.
    public static String shown(String name) {
        String base = name.split("[/ ]", 2)[0];
        return base.toUpperCase(Locale.ROOT) + name.substring(base.length()).replace('/', ' ');
    }
}
