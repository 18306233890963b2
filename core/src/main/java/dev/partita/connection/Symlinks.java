package dev.partita.connection;

/// What becomes of a symbolic link below a folder that files are served from. Of the folder itself its real path is taken.
public enum Symlinks {
    /// None is followed: a name that leads through a link is not found.
    NEVER,
    /// A link is followed if its target lies below the folder too, however the link says so.
    INSIDE,
    /// Every link is followed, wherever it leads: whoever may make a link below the folder decides what is served.
    ALWAYS
}
