/// JSON in HTTP handlers: a body read into a type, a value written as a reply. Runs on whichever thread the handler runs on.
/// Read [dev.partita.json.Json] first, it is the only class.
package dev.partita.json;
