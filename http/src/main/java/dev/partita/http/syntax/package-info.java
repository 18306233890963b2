/// The grammar of HTTP/1.1 as functions over bytes: which octet may stand where, dates, chunks, percent-encoding. No
/// connection, no session, no thread is known here; nothing here blocks. Start with [Octets].
package dev.partita.http.syntax;
