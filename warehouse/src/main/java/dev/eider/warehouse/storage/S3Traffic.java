package dev.eider.warehouse.storage;

import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Counts requests, every attempt of them. Thread-safe. */
final class S3Traffic implements ExecutionInterceptor {
    private final LongAdder puts = new LongAdder();
    private final LongAdder gets = new LongAdder();
    private final LongAdder heads = new LongAdder();
    private final LongAdder lists = new LongAdder();
    private final LongAdder deletes = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();

    StorageTraffic now() {
        return new StorageTraffic(
                puts.sum(),
                gets.sum(),
                heads.sum(),
                lists.sum(),
                deletes.sum(),
                failed.sum(),
                bytesWritten.sum(),
                bytesRead.sum());
    }

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        counter(attributes).increment();
        context.requestBody().flatMap(body -> body.optionalContentLength()).ifPresent(bytesWritten::add);
        // Until an answer says otherwise.
        failed.increment();
    }

    @Override
    public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
        SdkHttpResponse response = context.httpResponse();
        if (response.isSuccessful()) {
            failed.decrement();
            if (counter(attributes) == gets) {
                response.firstMatchingHeader("Content-Length")
                        .map(Long::parseLong)
                        .ifPresent(bytesRead::add);
            }
        }
    }

    private LongAdder counter(ExecutionAttributes attributes) {
        String operation = String.valueOf(attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME));
        if (operation.startsWith("Head")) {
            return heads;
        }
        if (operation.startsWith("List")) {
            return lists;
        }
        if (operation.startsWith("Get")) {
            return gets;
        }
        return operation.startsWith("Delete") || operation.startsWith("Abort") ? deletes : puts;
    }
}
