/// The article's claims, an experiment each. A [dev.partita.lab.claims.Question] has the article's words and a method that
/// examines them; [dev.partita.lab.claims.Examination] is what such a method writes with. Trials that several claims need are
/// made once. Nothing is assumed: every verdict is computed from the trials, by the rule that `experiment` tells the reader.
package dev.partita.lab.claims;
