package dev.partita.json;

import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.StatusException;
import java.io.IOException;
import java.io.InputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.json.JsonMapper;

/// Reads bodies that are JSON and writes replies that are JSON, by a mapper of Jackson's.
///
///     record Order(String item, int count) {}
///
///     Json json = new Json();
///     Handler handler = (request, response) -> {
///         Order order = json.read(request, Order.class);
///         json.write(response, Map.of("ordered", order.count()));
///     };
///
/// A body that cannot be read is the client's mistake: it gets 400, or 415 for another media type, and a sentence that says
/// where the mistake is and names nothing of the program's. A type or a value that Jackson cannot map is the program's: 500.
///
/// The module of a type that is mapped has to be open to Jackson: `opens my.api to tools.jackson.databind`.
///
/// For any number of threads at a time. Reading a large body may block.
public final class Json {
    /// Names in a body are the client's, and may be as long as the body.
    private static final int PATH_LENGTH_MAX = 200;

    private final JsonMapper mapper;

    /// With Jackson's defaults: properties that a type does not have are ignored, and nothing may follow the value.
    public Json() {
        this(JsonMapper.shared());
    }

    /// With a mapper of one's own.
    public Json(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /// The body as a value of this type.
    ///
    /// @throws StatusException (400) if the body is not JSON or does not fit the type, (415) if it says that it is something
    ///     else
    /// @throws IOException if the body cannot be read
    public <T> T read(Request request, Class<T> type) throws IOException {
        return read(request, mapper.readerFor(type));
    }

    /// The body as a value of a type with parameters: `new TypeReference<List<Order>>() {}`. As the other one.
    public <T> T read(Request request, TypeReference<T> type) throws IOException {
        return read(request, mapper.readerFor(type));
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // the reader is for the T of its callers
    private static <T> T read(Request request, ObjectReader reader) throws IOException {
        requireJson(request);
        try (InputStream body = request.body().stream()) {
            T value = reader.readValue(body);
            if (value == null) {
                throw new StatusException(400, "the body is the JSON value null, which is not expected here");
            }
            return value;
        } catch (JacksonIOException unread) {
            IOException cause = unread.getCause();
            throw cause != null ? cause : new IOException(unread);
        } catch (InvalidDefinitionException ours) {
            throw ours;
        } catch (JacksonException wrong) {
            throw new StatusException(400, sentence(wrong));
        }
    }

    private static void requireJson(Request request) {
        String type = request.mediaType();
        if (type != null && !type.equals("application/json") && !type.endsWith("+json")) {
            throw new StatusException(415, "the body has to be application/json");
        }
        if (request.body().length() == 0) {
            throw new StatusException(400, "the body is empty; it has to be JSON");
        }
    }

    /// Replies with a value as JSON. The status may have been set before.
    ///
    /// @throws JacksonException if the value cannot be mapped, which is the program's mistake
    public void write(Response response, Object value) {
        response.json(mapper.writeValueAsBytes(value));
    }

    /// Jackson's own messages name types, so what is said is put together from the place alone, and from what the type itself
    /// has said against the value.
    private static String sentence(JacksonException wrong) {
        TokenStreamLocation location = wrong.getLocation();
        String where = location == null || location.getLineNr() < 1
                ? ""
                : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
        if (wrong instanceof StreamReadException) {
            return "the body is not valid JSON" + where;
        }
        String path = path(wrong);
        Throwable cause = wrong.getCause();
        String why = cause != null && cause.getClass() == IllegalArgumentException.class && cause.getMessage() != null
                ? ": " + cause.getMessage()
                : "";
        return "the JSON does not fit" + (path.isEmpty() ? "" : " in " + path) + where + why;
    }

    private static String path(JacksonException wrong) {
        var path = new StringBuilder();
        for (JacksonException.Reference step : wrong.getPath()) {
            String name = step.getPropertyName();
            if (name == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(name);
            }
        }
        if (path.length() > PATH_LENGTH_MAX) {
            path.setLength(PATH_LENGTH_MAX);
            path.append("...");
        }
        return path.toString();
    }
}
