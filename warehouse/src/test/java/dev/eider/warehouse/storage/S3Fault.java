package dev.eider.warehouse.storage;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** What {@link S3FaultProxy} does with a request instead of passing it on and its answer back. Implementations are stateless. */
public interface S3Fault {
    /** Passes the request on and the answer back. */
    S3Fault NONE = exchange -> exchange.answer(exchange.forward());

    /** Passes the request on and the answer back, and adds the answer's length. */
    static S3Fault counting(LongAdder bytes) {
        return exchange -> {
            byte[] answer = exchange.forward();
            bytes.add(answer.length);
            exchange.answer(answer);
        };
    }

    /** Passes the request on and the answer back, a moment later, and tells how many were under way at once. */
    static S3Fault watching(AtomicInteger underWay, AtomicInteger most) {
        return exchange -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            underWay.decrementAndGet();
            NONE.play(exchange);
        };
    }

    /** Knows no sums that follow the content, as older servers. */
    S3Fault NO_TRAILERS = exchange -> {
        if (exchange.head().toLowerCase(Locale.ROOT).contains("trailer")) {
            refusal("400 Bad Request", "XAmzContentSHA256Mismatch").play(exchange);
        } else {
            NONE.play(exchange);
        }
    };

    /** Asks to slow down; the server never sees the request. */
    S3Fault SLOW_DOWN = refusal("503 Slow Down", "SlowDown");

    /** Breaks the connection; the server never sees the request. */
    S3Fault RESET = S3FaultProxy.Exchange::reset;

    /** Lets the server handle the request, and breaks the connection instead of passing the answer back. */
    S3Fault LOST_REPLY = exchange -> {
        exchange.forward();
        exchange.reset();
    };

    /** Answers as a web server that knows nothing of S3. */
    S3Fault HTML = exchange -> exchange.answer("200 OK", "text/html", "<html><body>Welcome to nginx!</body></html>");

    /** Plays this fault. */
    void play(S3FaultProxy.Exchange exchange) throws IOException;

    /** Answers with an error of S3; the server never sees the request. */
    static S3Fault refusal(String status, String code) {
        return exchange -> exchange.answer(
                status,
                "application/xml",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>By the test</Message><RequestId>1</RequestId></Error>"
                        .formatted(code));
    }

    /** Sends the head of the answer and so much of its body, and ends the connection in good order. */
    static S3Fault truncation(int bytes) {
        return exchange -> exchange.answerPartly(exchange.forward(), bytes);
    }

    /** Sends the head of the answer and so much of its body, and breaks the connection. */
    static S3Fault resetWithin(int bytes) {
        return exchange -> {
            exchange.answerPartly(exchange.forward(), bytes);
            exchange.reset();
        };
    }

    /** Plays one of some faults, at random. */
    static S3Fault anyOf(List<S3Fault> faults) {
        return exchange ->
                faults.get(ThreadLocalRandom.current().nextInt(faults.size())).play(exchange);
    }

    /** Passes the request on and the answer back, after a while. */
    static S3Fault delay(Duration time) {
        return exchange -> {
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
            NONE.play(exchange);
        };
    }
}
