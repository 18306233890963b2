package dev.partita.lab.trial;

/// A delay that the lab's own tests plant in one model's servers, to see that a verdict changes.
///
/// @param model its name
/// @param millis for each request
public record Plant(String model, int millis) {
    /// The contestant with the delay, if it is the one.
    public Contestant in(Contestant contestant) {
        return contestant.base().equals(model) ? contestant.with("--plant-millis " + millis) : contestant;
    }
}
