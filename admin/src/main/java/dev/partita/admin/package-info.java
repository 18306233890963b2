/// What operators ask of a running server: is it alive, is it ready, and what has it counted.
///
/// A small server of its own answers, with an event loop that nobody else's requests can hold up. Read
/// [dev.partita.admin.Admin] first.
package dev.partita.admin;
