package dev.partita.connection;

import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;

/// One conversation in some protocol: the state between two bytes. It belongs to whichever thread owns its connection, so
/// it needs no locks, and it knows neither that thread nor the model.
///
/// Exceptions that leave these methods end the connection and are counted; a protocol that owes an answer gives it itself.
public interface Session {
    /// No other session can go on with the conversation.
    long STAYS = -1;

    /// Looks at what has arrived and what is still to be sent, and names what has to happen next.
    ///
    /// It is called again and again, also when nothing has changed, and names the same step then. It does no useful work
    /// and never blocks. Where outbound holds a finished reply it names WRITE before BLOCKING, so that the reply does not
    /// wait for another request's work. WORK and BLOCKING are named only while outbound has room for the reply's start.
    Step next();

    /// One pass of the work that [#next] has just named, WORK or BLOCKING. What it has to say is in outbound afterwards.
    /// Runs on whichever thread the model chose.
    void work();

    /// Which of the protocol's stages the pass belongs to; an index into [Protocol#stages]. Valid after [#next] named WORK
    /// or BLOCKING.
    default int stage() {
        return 0;
    }

    /// True if the peer is listened to while the WAIT that [#next] has named lasts: what it says, or that it is gone, ends the
    /// wait too, within about a second. For conversations in which the server speaks when it has something to say. Such a wait
    /// is under the deadlines of a READ, and ends as one when the server drains. A session that listens takes away what has
    /// arrived before it names WAIT again.
    default boolean listensWhileWaiting() {
        return false;
    }

    /// What a READ is in the middle of.
    default Phase phase() {
        return Phase.IDLE;
    }

    /// Called instead of [#work] when the work will not be done.
    ///
    /// @return true if the answer that says so is in outbound, and the request is over; false if the reply had begun
    ///     already or the protocol has no such answer: then nothing has changed
    default boolean refuse(Refusal why) {
        return false;
    }

    /// True if [Protocol#lateReply] may be sent in place of the reply to the work that [#next] has named: nothing of that reply
    /// has been sent. Asked before the work is given to another thread.
    default boolean mayReplyLate() {
        return false;
    }

    /// What has to be known of this conversation for its next request to be answered by another session, if one number says
    /// it: asked when everything was answered, and given to that other session by [#recall]. So a model may give each request
    /// to a process of its own.
    ///
    /// @return not negative; [#STAYS] if it is in the middle of something, or if what it knows is more than a number: then
    ///     all of the conversation is this session's
    default long memory() {
        return STAYS;
    }

    /// Goes on where another session has been, which had this [#memory]. Called once, before anything else.
    default void recall(long memory) {
        throw new IllegalStateException("this session has no memory");
    }

    /// Goes on with another connection of the same server, as if it had been opened for that one. Called only if
    /// [Protocol#sessionsMove], when this session has a [#memory] or was [#reset]; what is known of the other connection comes
    /// by [#recall] then.
    default void moveTo(Connection other) {
        throw new IllegalStateException("this session stays where it is");
    }

    /// The connection is over and its slot will be used again. Lets go of whatever this conversation held (files,
    /// producers), always.
    ///
    /// @return true if this session is as new and serves the slot's next connection; false if the slot needs another one
    default boolean reset() {
        return false;
    }
}
