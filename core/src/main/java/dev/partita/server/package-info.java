/// What a user touches first: [dev.partita.server.Server] says what is served and where, a
/// [dev.partita.server.ServerModel] how, and [dev.partita.server.Running] is the result.
///
/// [dev.partita.server.Wiring] is the workbench on which a model puts its parts together.
package dev.partita.server;
