package dev.partita.connection;

import java.util.function.Predicate;

/// What a server asks itself before it serves anybody, to see whether it works at all; and some hundred times if there is time for
/// that, so that its code is compiled when the first client comes.
///
/// @param protocol what is asked: like the one that offers this, but nobody is told of the requests, for they are no client's
/// @param request complete, as ISO 8859-1; it changes nothing, and the server closes the connection behind its answer
/// @param isGood whether an answer, or its beginning, is that of a server that works
public record Trial(Protocol protocol, String request, Predicate<String> isGood) {}
