package dev.partita.limits;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a field of [Limits] bounds and what happens there, in words for people: the one text from which the command line's
/// help and the operator's guide are made. Another field is named in backticks.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Meaning {
    /// The words.
    String value();
}
