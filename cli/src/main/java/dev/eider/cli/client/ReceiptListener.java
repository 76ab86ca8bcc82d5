package dev.eider.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;

/** Collects the receipts of one append. Thread-safe: the network adds, the appending thread takes. */
final class ReceiptListener extends AsyncPutListener {
    private final JsonMapper json;
    private final Consumer<Receipt> each;
    private final List<Receipt> receipts = new ArrayList<>();

    ReceiptListener(JsonMapper json, Consumer<Receipt> each) {
        this.json = json;
        this.each = each;
    }

    @Override
    public void onNext(PutResult result) {
        ArrowBuf metadata = result.getApplicationMetadata();
        if (metadata == null || metadata.readableBytes() == 0) {
            return; // another kind of Flight server
        }
        byte[] bytes = new byte[Math.toIntExact(metadata.readableBytes())];
        metadata.getBytes(metadata.readerIndex(), bytes);
        Receipt receipt;
        try {
            receipt = json.readValue(new String(bytes, StandardCharsets.UTF_8), Receipt.class);
        } catch (JsonProcessingException e) {
            onError(new IllegalStateException("the gateway sent a receipt that cannot be read", e));
            return;
        }
        synchronized (receipts) {
            receipts.add(receipt);
        }
        each.accept(receipt);
    }

    List<Receipt> receipts() {
        synchronized (receipts) {
            return List.copyOf(receipts);
        }
    }
}
