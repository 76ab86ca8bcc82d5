package dev.eider.gateway.flight;

import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallInfo;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightMethod;
import org.apache.arrow.flight.FlightServerMiddleware;
import org.apache.arrow.flight.RequestContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs one line for each call: its method, its outcome and its time, never what was sent. */
final class RequestLog implements FlightServerMiddleware {
    static final Key<RequestLog> KEY = Key.of("eider-request-log");

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);

    private final FlightMethod method;
    private final long begin = System.nanoTime();

    private RequestLog(FlightMethod method) {
        this.method = method;
    }

    /** Makes the log of each call. */
    static final class Factory implements FlightServerMiddleware.Factory<RequestLog> {
        @Override
        public RequestLog onCallStarted(CallInfo info, CallHeaders headers, RequestContext context) {
            return new RequestLog(info.method());
        }
    }

    @Override
    public void onBeforeSendingHeaders(CallHeaders headers) {}

    @Override
    public void onCallCompleted(CallStatus status) {
        LOG.debug("Call ended, method={} status={} ms={}", method, status.code(), millis());
    }

    @Override
    public void onCallErrored(Throwable failure) {
        LOG.debug("Call answered twice, method={} ms={}", method, millis(), failure);
    }

    private long millis() {
        return (System.nanoTime() - begin) / 1_000_000;
    }
}
