/// What runs on threads, and the only package of this module that starts any.
///
/// Read [dev.partita.loop.EventLoop] first, then [dev.partita.loop.Worker] and [dev.partita.loop.ConnectionThreads]. They know
/// no model: what a turn or a conversation does is given to them.
package dev.partita.loop;
