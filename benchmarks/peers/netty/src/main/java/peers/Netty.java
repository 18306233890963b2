package peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;

/// Netty as its own TechEmpower entry is written: one event loop, `HttpServerCodec` without header validation, header values as
/// [AsciiString], the date once a second, one flush for a batch of pipelined requests, void promises; files by `sendfile` as in
/// its HttpStaticFileServer example. With io_uring, receives into a ring of buffers, as its documentation advises.
///
/// Arguments: port, folder of the files, transport (nio, epoll or io_uring).
public final class Netty {
    private static final HttpHeadersFactory HEADERS = DefaultHttpHeadersFactory.headersFactory().withValidation(false);
    private static final HttpHeadersFactory TRAILERS = DefaultHttpHeadersFactory.trailersFactory().withValidation(false);
    private static final short RECEIVE_BUFFERS = 0;

    private static final ByteBuf HELLO = constant("Hello, World!");
    private static final ByteBuf JSON = constant("{\"message\":\"Hello, World!\"}");
    private static final AsciiString TEXT = AsciiString.cached("text/plain");

    private static AsciiString date = now();

    private Netty() {}

    public static void main(String[] arguments) throws InterruptedException {
        int port = Integer.parseInt(arguments[0]);
        File root = new File(arguments[1]);
        String transport = arguments[2];
        IoHandlerFactory loop = switch (transport) {
            case "nio" -> NioIoHandler.newFactory();
            case "epoll" -> EpollIoHandler.newFactory();
            case "io_uring" -> IoUringIoHandler.newFactory(new IoUringIoHandlerConfig()
                    .setBufferRingConfig(IoUringBufferRingConfig.builder()
                            .bufferGroupId(RECEIVE_BUFFERS)
                            .bufferRingSize((short) 1024)
                            .batchSize(64)
                            .allocator(new IoUringFixedBufferRingAllocator(4096))
                            .build()));
            default -> throw new IllegalArgumentException(transport + ": nio, epoll or io_uring");
        };
        Class<? extends ServerChannel> listener = switch (transport) {
            case "nio" -> NioServerSocketChannel.class;
            case "epoll" -> EpollServerSocketChannel.class;
            default -> IoUringServerSocketChannel.class;
        };
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, loop);
        group.scheduleAtFixedRate(() -> date = now(), 1, 1, TimeUnit.SECONDS);
        ServerBootstrap bootstrap = new ServerBootstrap().group(group)
                .channel(listener)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec(new HttpDecoderConfig().setHeadersFactory(HEADERS)
                                        .setTrailersFactory(TRAILERS)))
                                .addLast(new Answers(root));
                    }
                });
        if (transport.equals("io_uring")) {
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, RECEIVE_BUFFERS);
        }
        bootstrap.bind("127.0.0.1", port).sync().channel().closeFuture().sync();
    }

    private static ByteBuf constant(String text) {
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII)))
                .asReadOnly();
    }

    private static AsciiString now() {
        return new AsciiString(DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
    }

    private static final class Answers extends ChannelInboundHandlerAdapter {
        private final File root;
        private CompositeByteBuf posted;

        Answers(File root) {
            this.root = root;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                if (request.method().equals(HttpMethod.POST)) {
                    posted = context.alloc().compositeBuffer(1024);
                } else {
                    answer(context, request);
                }
            }
            if (message instanceof HttpContent content && posted != null) {
                posted.addComponent(true, content.content());
                if (content instanceof LastHttpContent) {
                    write(context, full(posted, HttpHeaderValues.APPLICATION_OCTET_STREAM), true);
                    posted = null;
                }
                return;
            }
            ReferenceCountUtil.release(message);
        }

        private void answer(ChannelHandlerContext context, HttpRequest request) {
            boolean keepAlive = HttpUtil.isKeepAlive(request);
            switch (request.uri()) {
                case "/plaintext" -> write(context, full(HELLO.duplicate(), TEXT), keepAlive);
                case "/json" -> write(context, full(JSON.duplicate(), HttpHeaderValues.APPLICATION_JSON), keepAlive);
                default -> file(context, request.uri(), keepAlive);
            }
        }

        private static FullHttpResponse full(ByteBuf body, AsciiString type) {
            FullHttpResponse response =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body, HEADERS, TRAILERS);
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, type)
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
                    .set(HttpHeaderNames.DATE, date);
            return response;
        }

        private static void write(ChannelHandlerContext context, HttpResponse response, boolean keepAlive) {
            if (keepAlive) {
                context.write(response, context.voidPromise());
            } else {
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
                context.write(response).addListener(ChannelFutureListener.CLOSE);
            }
        }

        private void file(ChannelHandlerContext context, String uri, boolean keepAlive) {
            File file = new File(root, uri);
            long bytes = file.length();
            if (uri.contains("..") || !file.isFile()) {
                FullHttpResponse none = full(Unpooled.EMPTY_BUFFER, TEXT);
                write(context, none.setStatus(HttpResponseStatus.NOT_FOUND), keepAlive);
                return;
            }
            HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, HEADERS);
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, TEXT)
                    .set(HttpHeaderNames.CONTENT_LENGTH, bytes)
                    .set(HttpHeaderNames.LAST_MODIFIED, DateTimeFormatter.RFC_1123_DATE_TIME
                            .format(Instant.ofEpochMilli(file.lastModified()).atZone(ZoneOffset.UTC)))
                    .set(HttpHeaderNames.DATE, date);
            context.write(response, context.voidPromise());
            context.write(new DefaultFileRegion(file, 0, bytes));
            context.write(LastHttpContent.EMPTY_LAST_CONTENT, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (posted != null) {
                posted.release();
                posted = null;
            }
        }
    }
}
