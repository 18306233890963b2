/// The command line: `serve`, `models`, `doctor`.
///
/// Everything here runs on the main thread, and on those that the JVM starts for signals; serving is the business of the
/// threads that a model has made. Read [dev.partita.cli.Serve] first, then [dev.partita.cli.ServerOptions] and
/// [dev.partita.cli.Ending].
package dev.partita.cli;
