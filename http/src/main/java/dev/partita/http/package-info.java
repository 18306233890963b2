/// HTTP/1.1: what answers requests, and the session that reads them and sends the replies.
///
/// Handlers and sessions run on whichever thread the model chose, one at a time for each connection; nothing here starts a
/// thread, knows a model or a transport, or takes a lock. A user begins with [Handler], [Http] and [Routes]; a reader of the
/// source with [HttpSession], the path of one request, and then its parts in the order in which that takes them: [RequestHead]
/// reads a head, [Dispatch] chooses who answers, [BodyReceiver] takes the body in, [Response] with [ResponseHead] and [Payload] is
/// the reply, and [Persistence] says whether another request follows.
package dev.partita.http;
