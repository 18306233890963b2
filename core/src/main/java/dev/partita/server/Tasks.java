package dev.partita.server;

/// Who performs the three tasks of a network server under a model, in words for people.
///
/// @param connections establishing and tearing down connections
/// @param io receiving and sending
/// @param work the useful work
public record Tasks(String connections, String io, String work) {}
