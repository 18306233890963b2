package dev.partita.http;

import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// The rule by which a route is chosen, written a second time, plainly: of all that fit, the one that is first when literals
/// come before parameters and those before wildcards, segment by segment.
class RoutesPropertyTest {
    private static final List<String> PATTERNS = List.of("a", "b", "ab", "{x}", "");
    private static final List<String> SEGMENTS = List.of("a", "b", "ab", "c", "");

    private static boolean fits(String pattern, String path) {
        String[] wanted = pattern.substring(1).split("/", -1);
        String[] there = path.substring(1).split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("*")) {
                return i < there.length;
            }
            if (i >= there.length || !(wanted[i].startsWith("{") ? !there[i].isEmpty() : wanted[i].equals(there[i]))) {
                return false;
            }
        }
        return wanted.length == there.length;
    }

    /// In the order of the rule, as text.
    private static String rank(String pattern) {
        return Stream.of(pattern.substring(1).split("/", -1))
                .map(segment -> segment.equals("*") ? "2" : segment.startsWith("{") ? "1" : "0")
                .collect(Collectors.joining());
    }

    @Property(tries = 500)
    void theRouteIsTheOneOfTheRule(@ForAll long seed) {
        var random = new Random(seed);
        List<String> patterns = Stream.generate(() -> path(random, PATTERNS, random.nextInt(3) == 0 ? "*" : null))
                .limit(1 + random.nextInt(12)).distinct().collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(patterns, random);
        Routes routes = new Routes();
        for (String pattern : patterns) {
            routes = routes.get(pattern, Handler.neverBlocking((request, response) -> response.text(pattern)));
        }
        try (var conversation = new Conversation(routes)) {
            for (int i = 0; i < 20; i++) {
                String path = path(random, SEGMENTS, null);
                Optional<String> expected = patterns.stream().filter(pattern -> fits(pattern, path))
                        .min(java.util.Comparator.comparing(RoutesPropertyTest::rank));
                int before = conversation.heard().length();
                String heard = conversation.say(request("GET " + path)).heard().substring(before);
                assertThat(heard).as("%s among %s", path, patterns).isEqualTo(expected
                        .map(Conversation::reply)
                        .orElse(reply("404 Not Found\n").replace("200 OK", "404 Not Found")));
            }
        }
    }

    private static String path(Random random, List<String> segments, @org.jspecify.annotations.Nullable String last) {
        var path = new StringBuilder();
        int count = random.nextInt(last == null ? 1 : 0, 4);
        for (int i = 0; i < count; i++) {
            String segment = segments.get(random.nextInt(segments.size()));
            path.append('/').append(segment.equals("{x}") ? "{x" + i + "}" : segment);
        }
        return path + (last == null ? "" : "/" + last);
    }
}
