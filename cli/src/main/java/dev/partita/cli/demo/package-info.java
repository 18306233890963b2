/// The payloads that measurements use: [dev.partita.cli.demo.Demo], and the arithmetic that is its work.
///
/// Handlers run on whatever thread the model chooses. Only [dev.partita.cli.demo.Work#warmUp] runs on the main thread.
package dev.partita.cli.demo;
