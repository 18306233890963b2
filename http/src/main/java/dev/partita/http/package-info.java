/// HTTP/1.1: parser, handler, routes, static files.
package dev.partita.http;
