package dev.eider.warehouse.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * Stands in front of a server of the S3 protocol, passes requests on as they are, so that signatures stay valid, and plays
 * faults with those that a rule meets. Remembers every request.
 *
 * <p>Each connection carries one request, which is held in memory. Thread-safe.
 */
public final class S3FaultProxy implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;

    private final int upstream;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "s3-fault-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Throwable> defects = new CopyOnWriteArrayList<>();
    private final List<Rule> rules = new ArrayList<>();

    private S3FaultProxy(int upstream) {
        this.upstream = upstream;
        try {
            this.listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException("The proxy does not start", e);
        }
        threads.execute(this::accept);
    }

    /** Starts one on a free port of this host. */
    public static S3FaultProxy before(S3Server server) {
        return before(server.endpoint());
    }

    /** Starts one before the server of this host that has the URL. */
    public static S3FaultProxy before(String endpoint) {
        return new S3FaultProxy(URI.create(endpoint).getPort());
    }

    /**
     * One request.
     *
     * @param path with its query
     */
    public record Request(String method, String path) {
        /** Meets requests of a method whose path has a text in it; an empty method is any. */
        public static Predicate<Request> of(String method, String part) {
            return request -> (method.isEmpty() || request.method.equals(method)) && request.path.contains(part);
        }
    }

    private record Rule(Predicate<Request> which, int[] left, S3Fault fault) {}

    /** Plays a fault with the next requests of some kind, so many times. Earlier rules come first. */
    public void fail(Predicate<Request> which, int times, S3Fault fault) {
        synchronized (rules) {
            rules.add(new Rule(which, new int[] {times}, fault));
        }
    }

    /** Plays a fault with all requests of some kind from now on. */
    public void failAlways(Predicate<Request> which, S3Fault fault) {
        fail(which, Integer.MAX_VALUE, fault);
    }

    /** Passes all requests on from now on. */
    public void heal() {
        synchronized (rules) {
            rules.clear();
        }
    }

    /** Returns its URL. */
    public String endpoint() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** Returns what a warehouse needs to know to use the server by way of it. */
    public S3Config config() {
        return S3Server.config(endpoint(), S3Server.KEYS);
    }

    /** Returns all requests so far. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Counts requests of some kind. */
    public long count(Predicate<Request> which) {
        return requests.stream().filter(which).count();
    }

    /** Begins to count anew. */
    public void forgetRequests() {
        requests.clear();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    defects.add(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (Socket client = socket) {
            client.setSoTimeout(TIMEOUT_MILLIS);
            Exchange exchange = Exchange.read(client, upstream);
            requests.add(exchange.request());
            fault(exchange.request()).play(exchange);
        } catch (EOFException gone) {
            // A connection that was opened and not used.
        } catch (IOException e) {
            if (!"Broken pipe".equals(e.getMessage()) && !"Connection reset".equals(e.getMessage())) {
                defects.add(e);
            }
        } catch (RuntimeException e) {
            defects.add(e);
        }
    }

    private S3Fault fault(Request request) {
        synchronized (rules) {
            for (Rule rule : rules) {
                if (rule.left()[0] > 0 && rule.which().test(request)) {
                    rule.left()[0]--;
                    return rule.fault();
                }
            }
        }
        return S3Fault.NONE;
    }

    /** A request that has been read as a whole, and the client that waits for the answer. Confined to one thread. */
    record Exchange(Request request, String head, byte[] body, Socket client, int upstream) {

        static Exchange read(Socket client, int upstream) throws IOException {
            InputStream in = client.getInputStream();
            String head = head(in);
            String[] line = head.substring(0, head.indexOf("\r\n")).split(" ", -1);
            String lower = head.toLowerCase(Locale.ROOT);
            if (lower.contains("\r\ntransfer-encoding:")) {
                throw new IllegalStateException("A request without a length: " + line[0] + " " + line[1]);
            }
            if (lower.contains("\r\nexpect: 100-continue")) {
                client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            }
            int length = lengthIn(lower);
            byte[] body = in.readNBytes(length);
            if (body.length < length) {
                throw new EOFException();
            }
            return new Exchange(new Request(line[0], line[1]), head, body, client, upstream);
        }

        private static String head(InputStream in) throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            int ends = 0;
            while (ends < 4) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException();
                }
                head.write(next);
                ends = next == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : next == '\r' ? 1 : 0;
            }
            return head.toString(ISO_8859_1);
        }

        private static int lengthIn(String lower) {
            int at = lower.indexOf("\r\ncontent-length:");
            if (at < 0) {
                return 0;
            }
            int start = at + "\r\ncontent-length:".length();
            return Integer.parseInt(
                    lower.substring(start, lower.indexOf("\r\n", start)).strip());
        }

        /** Lets the server handle the request, and returns its whole answer. */
        byte[] forward() throws IOException {
            String passed = head.replaceAll("(?i)\r\n(expect|connection|keep-alive):[^\r]*", "")
                    .replaceFirst("\r\n", "\r\nConnection: close\r\n");
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
                server.setSoTimeout(TIMEOUT_MILLIS);
                OutputStream out = server.getOutputStream();
                out.write(passed.getBytes(ISO_8859_1));
                out.write(body);
                out.flush();
                return server.getInputStream().readAllBytes();
            }
        }

        /** Answers with these bytes, and ends the connection in good order. */
        void answer(byte[] bytes) throws IOException {
            client.getOutputStream().write(bytes);
            client.getOutputStream().flush();
        }

        /** Answers with the server's head, whatever the length in it, and the beginning of its body. */
        void answerPartly(byte[] whole, int bodyBytes) throws IOException {
            int body = new String(whole, ISO_8859_1).indexOf("\r\n\r\n") + 4;
            client.getOutputStream().write(whole, 0, Math.min(whole.length, body + bodyBytes));
            client.getOutputStream().flush();
        }

        /** Answers with a page. */
        void answer(String status, String type, String text) throws IOException {
            byte[] content = request.method().equals("HEAD") ? new byte[0] : text.getBytes(UTF_8);
            String top = "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                    .formatted(status, type, content.length);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(top.getBytes(ISO_8859_1));
            all.write(content);
            answer(all.toByteArray());
        }

        /** Breaks the connection off, so that the client sees a reset. */
        void reset() throws IOException {
            client.setSoLinger(true, 0);
            client.close();
        }
    }

    /** Fails if the proxy itself did something wrong. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            defects.add(e);
        }
        threads.shutdownNow();
        if (!defects.isEmpty()) {
            throw new AssertionError("The proxy has a defect", defects.get(0));
        }
    }
}
