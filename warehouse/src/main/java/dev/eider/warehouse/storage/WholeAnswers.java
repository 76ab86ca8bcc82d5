package dev.eider.warehouse.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpMethod;

/**
 * Makes content that ends before its length a broken connection, which is what it is: the JDK's HTTP client takes it for
 * the end. Stateless.
 */
final class WholeAnswers implements ExecutionInterceptor {
    private static final String LENGTH = "Content-Length";

    @Override
    public Optional<InputStream> modifyHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        if (context.httpRequest().method() == SdkHttpMethod.HEAD) {
            return context.responseBody();
        }
        Optional<Long> length =
                context.httpResponse().firstMatchingHeader(LENGTH).map(Long::parseLong);
        return context.responseBody().map(body -> length.<InputStream>map(bytes -> new Whole(body, bytes))
                .orElse(body));
    }

    /** Confined to one thread, as streams are. */
    private static final class Whole extends FilterInputStream {
        private final long length;
        private long read;
        private boolean broken;

        Whole(InputStream body, long length) {
            super(body);
            this.length = length;
        }

        @Override
        public int read() throws IOException {
            int next = super.read();
            count(next < 0 ? -1 : 1);
            return next;
        }

        @Override
        public int read(byte[] buffer, int offset, int count) throws IOException {
            int bytes = super.read(buffer, offset, count);
            count(bytes);
            return bytes;
        }

        private void count(int bytes) throws IOException {
            if (bytes >= 0) {
                read += bytes;
            } else if (read < length && !broken) {
                broken = true; // told once: whoever tidies up reads on
                throw new SocketException("The content ended after %d of %d bytes".formatted(read, length));
            }
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            read += skipped;
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
